"""The production topology as processes: all there, all scraped, and at work."""

import signal

from tests.e2e.infra.local_stack import LocalStack, submit
from tests.e2e.production_process import until
from tests.e2e.service import await_end

pytest_plugins = ["tests.e2e.production_stack", "tests.e2e.infra.local_fixture"]

PROGRAMS = {"s3", "gateway", "worker-1", "worker-2", "collector", "prometheus", "flower"}


def test_every_process_is_there_and_tells_of_itself(local: LocalStack) -> None:
    assert set(local.pids()) == PROGRAMS
    jobs = ["gateway", "worker", "worker", "collector"]
    until(lambda: sorted(one["metric"]["job"] for one in local.asked("up == 1")) == sorted(jobs))
    assert "Flower" in local.flower("/")


def test_a_task_goes_through_and_its_picture_lies_in_s3(local: LocalStack) -> None:
    with local.client() as client:
        task = await_end(client, submit(client, "through"))
        assert task["status"] == "SUCCESS"
        answer = client.get(f"/v1/tasks/{task['task_id']}/result", headers={"accept": "image/*"})
        assert answer.headers["content-type"] == "image/png"
    assert (local.folder / "s3/darkroom" / task["result"]["s3_key"]).exists()


def test_both_workers_are_known(local: LocalStack) -> None:
    ready = 'max(darkroom_workers{state="ready"})'
    until(lambda: [one["value"][1] for one in local.asked(ready)] == ["2"])


def test_it_ends_when_it_is_asked_to(local: LocalStack) -> None:
    """The last test of the module: nobody is left over."""
    local.process.send_signal(signal.SIGINT)
    assert local.process.wait(60) == 0
    assert "Stopped." in (local.folder / "up.log").read_text()
