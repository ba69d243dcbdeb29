"""Flower's page of tasks, on Celery: what it says is what the ledger says."""

from typing import Any

import pytest

from tests.e2e.infra.local_stack import LocalStack, submit
from tests.e2e.production_process import until
from tests.e2e.service import await_end

pytest_plugins = ["tests.e2e.production_stack", "tests.e2e.infra.local_fixture"]

ENDS = {"SUCCESS": "SUCCESS", "FAILURE": "FAILURE", "CANCELED": "REVOKED"}
"""What Celery calls the ends of tasks."""


def shown(local: LocalStack, task_id: str) -> dict[str, Any]:
    found: dict[str, Any] = local.flower("/api/tasks").get(task_id, {})
    return found


def test_both_workers_are_online(local: LocalStack) -> None:
    until(lambda: list(local.flower("/api/workers?status=1").values()) == [True, True], 60)


@pytest.fixture
def watched(local: LocalStack) -> LocalStack:
    """Flower has turned the workers' events on: it asks for them every five seconds."""
    with local.client() as client:

        def seen() -> bool:
            task = await_end(client, submit(client, "canary"))
            return "state" in shown(local, task["task_id"])

        for _ in range(2):  # one may be of a worker that was asked, the next of the other
            until(seen, 60)
    return local


def test_each_task_is_shown_as_it_stands(watched: LocalStack) -> None:
    with watched.client() as client:
        good = submit(client, "good")
        bad = submit(client, "bad", params={"manner": "quotes", "text": "a circle"})
        ends = {each: await_end(client, each) for each in (good, bad)}
        running = submit(client, "running", params={"seconds": 120})
        until(lambda: shown(watched, running).get("state") == "STARTED")
        assert client.get(f"/v1/tasks/{running}").json()["status"] == "STARTED"
        client.post(f"/v1/tasks/{running}/cancel").raise_for_status()
        ends[running] = await_end(client, running)
    assert {task["status"] for task in ends.values()} == set(ENDS)
    told = {task_id: ENDS[task["status"]] for task_id, task in ends.items()}
    until(lambda: {each: shown(watched, each).get("state") for each in told} == told)
    failed, succeeded = shown(watched, bad), shown(watched, good)
    assert (failed["args"], succeeded["args"]) == ("trial", "trial"), "the model"
    assert failed["retried"] < failed["failed"], "its first attempt was repeated"
    assert ends[bad]["error"]["code"] in failed["exception"]
    assert 0 < succeeded["runtime"] < 60


def test_the_page_of_a_task_is_there_for_people(watched: LocalStack) -> None:
    with watched.client() as client:
        task_id = await_end(client, submit(client, "page"))["task_id"]
    until(lambda: shown(watched, task_id).get("state") == "SUCCESS")
    page = watched.flower(f"/task/{task_id}")
    assert all(word in page for word in (task_id, "darkroom.wakeup", "SUCCESS"))
