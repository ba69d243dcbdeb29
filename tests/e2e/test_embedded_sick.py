"""A device that fails under `darkroom up`, where it takes the gateway along."""

from pathlib import Path

from tests.e2e.production import PICTURE, Stack
from tests.e2e.service import await_end, serving

GONE_WITHIN_S, BUSY_MACHINE_S = 5.0, 10.0


def test_the_process_ends_and_says_why_and_the_ledger_knows_the_task(tmp_path: Path) -> None:
    outside = Stack(tmp_path).env
    env = {name: outside[name] for name in ("MODELS", "PYTHONPATH", "TRIAL_JOURNAL")}
    with serving(tmp_path, APP_ENV="DEV", MAX_RETRIES="0", **env) as service:
        with service.client() as client:
            task_id = client.post("/v1/tasks", json={
                "model": "trial", "input": {"image_base64": PICTURE},
                "params": {"name": "guilty", "manner": "faults"},
            }).json()["task_id"]  # fmt: skip
        assert service.process is not None
        assert service.process.wait(GONE_WITHIN_S + BUSY_MACHINE_S) == 72
        [line] = [each for each in service.log.read_text().splitlines() if "device failed," in each]
        assert "device-side assert triggered" in line
        service.start()
        with service.client() as client:
            task = await_end(client, task_id)
        assert (task["status"], task["error"]["code"]) == ("FAILURE", "attempts_exhausted")
