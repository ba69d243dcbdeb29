"""kill -9 of the embedded process in the middle of a task."""

import time
from pathlib import Path

import httpx2

from tests.e2e.pictures import inline, png, size_of
from tests.e2e.service import await_end, serving

SLOW_PX = 900
"""An upscale of this side takes seconds on any CPU: time enough to be killed in."""


def until_running(client: httpx2.Client, task_id: str) -> None:
    until = time.monotonic() + 60
    while client.get(f"/v1/tasks/{task_id}").json()["status"] != "STARTED":
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_killed_service_ends_every_accepted_task_exactly_once(tmp_path: Path) -> None:
    with serving(tmp_path, APP_ENV="DEV", LEASE_S="3", WORKER_CONCURRENCY="1") as service:
        with service.client() as client:
            submitted = [
                client.post("/v1/tasks", json={
                    "model": "superres-x4",
                    "input": {"image_base64": inline(png(side, side, seed))},
                    "client_request_id": f"task-{seed}",
                }).json()["task_id"]
                for seed, side in enumerate((SLOW_PX, 16, 16))
            ]  # fmt: skip
            until_running(client, submitted[0])
        service.kill()
        service.start()
        with service.client() as client:
            ended = [await_end(client, task_id) for task_id in submitted]
            assert [task["status"] for task in ended] == ["SUCCESS"] * 3
            assert ended[0]["attempt"] == 2
            assert [task["attempt"] for task in ended[1:]] == [1, 1]
            picture = client.get(f"/v1/tasks/{submitted[1]}/result").content
            assert size_of(picture) == (64, 64)
            again = [await_end(client, task_id) for task_id in submitted]
            assert [(t["status"], t["finished_at"]) for t in again] == [
                (t["status"], t["finished_at"]) for t in ended
            ]
            assert len(client.get("/v1/tasks").json()["data"]) == 3
