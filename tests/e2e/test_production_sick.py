"""A device that fails in the middle of a batch, played on the CPU by a model from outside that
raises what torch raises then."""

import re
from pathlib import Path

import pytest

from tests.e2e.production import Client, Stack
from tests.e2e.production_process import until
from tests.e2e.service import await_end

pytest_plugins = ["tests.e2e.production_stack"]

GONE_WITHIN_S, BUSY_MACHINE_S = 5.0, 10.0


@pytest.mark.parametrize("stack", ["celery"], indirect=True)
def test_a_sick_device_costs_its_process_and_the_guilty_task_alone(
    stack: Stack, client: Client
) -> None:
    first = client.submit("first", seconds=1.5, manner="deaf")  # meanwhile the others gather
    names = ["neighbour-1", "neighbour-2"]
    neighbours = [client.submit(name) for name in names]
    guilty = client.submit("guilty", manner="faults")
    with stack.worker(WORKER_CONCURRENCY="4") as worker:
        sick = stack.await_start("guilty")
        until(lambda: not Path(f"/proc/{sick}").exists(), GONE_WITHIN_S + BUSY_MACHINE_S)
        states = {shown["worker_id"].split(":")[-1]: shown["state"] for shown in client.workers()}
        assert states[str(sick)] == "sick"

        task = await_end(client, guilty)
        assert (task["status"], task["error"]["code"]) == ("FAILURE", "attempts_exhausted")
        assert "device-side assert" in task["error"]["message"]
        assert stack.starts().count("guilty") == task["error"]["attempts"] == 2
        for name, task_id in zip(names, neighbours, strict=True):
            task = await_end(client, task_id)
            assert task["status"] == "SUCCESS"
            assert task["attempt"] > 1, "it was on the device when that failed"
            assert stack.starter(name) != sick
        assert await_end(client, first)["status"] == "SUCCESS"
        assert await_end(client, client.submit("afterwards"))["status"] == "SUCCESS"
        assert worker.stop() == 0
    said = worker.log.read_text()
    assert re.findall(r"worker cpu died \(exit (\d+)\)", said) == ["72", "72"]
    assert said.count("The device failed, so this process ends") == 2
