"""What the gateway loads, and what it and Celery's own tools show of the work."""

import re

import pytest
from celery import Celery  # type: ignore[import-untyped]
from celery.result import AsyncResult  # type: ignore[import-untyped]

from tests.e2e.production import Client, Stack
from tests.e2e.production_process import until
from tests.e2e.service import await_end

pytest_plugins = ["tests.e2e.production_stack"]

HEAVY = {"torch", "numpy", "PIL", "safetensors"}


def test_a_serving_gateway_loads_no_model_library(stack: Stack) -> None:
    with stack.serve(PYTHONPROFILEIMPORTTIME="1") as client:
        task_id = client.submit("shown", priority="high")
        assert client.task(task_id)["status"] == "PENDING"
        assert client.get("/v1/models").status_code == 200
        until(lambda: client.depths() == {"high": 1, "normal": 0, "low": 0})
        assert client.gateway.stop() == 0
        said = client.gateway.log.read_text()
    imported = set(re.findall(r"^import time: .*\| +(\w+)", said, re.MULTILINE))
    assert {"fastapi", "redis"} <= imported
    assert imported & HEAVY == set()


def test_queues_and_workers_are_shown(stack: Stack, client: Client) -> None:
    waiting = [client.submit("seen"), client.submit("seen-too", priority="low")]
    until(lambda: client.depths()["normal"] == client.depths()["low"] == 1)
    with stack.worker(WORKER_CONCURRENCY="3") as worker:
        [shown] = until(client.workers)
        assert shown["worker_id"].endswith(f":cpu:{worker.child}")
        assert (shown["state"], shown["slots"], shown["models"]) == ("ready", 3, ["trial"])
        assert (shown["device"], shown["loaded_models"]) == ("cpu", ["trial"])
        assert worker.metric('darkroom_model_loaded{model="trial"}') == 1
        none = {"data": [], "note": "No worker runs on a GPU; 1 on: cpu."}
        assert client.get("/v1/gpus").json() == none
        for task_id in waiting:
            assert await_end(client, task_id)["status"] == "SUCCESS"
        until(lambda: set(client.depths().values()) == {0})
        assert worker.stop() == 0
        assert client.workers() == []


@pytest.mark.parametrize("stack", ["celery"], indirect=True)
def test_a_celery_result_tells_the_ledgers_state(stack: Stack, client: Client) -> None:
    app = Celery("spectator", backend=stack.env["REDIS_URL"], set_as_current=False)
    with stack.worker(TASK_TIMEOUT_S="4"):
        good = client.submit("good", seconds=1)
        late = client.submit("late", seconds=60)
        results = [AsyncResult(task_id, app=app) for task_id in (good, late)]
        until(lambda: [result.state for result in results] == ["SUCCESS", "FAILURE"])
        for result in results:
            assert client.task(result.id)["status"] == result.state
    app.close()
