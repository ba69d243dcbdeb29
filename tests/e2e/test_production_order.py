"""What starts next, and what never does."""

from collections.abc import Iterator

import pytest

from tests.e2e.production import Client, Stack
from tests.e2e.production_process import Worker
from tests.e2e.service import KEY, await_end

pytest_plugins = ["tests.e2e.production_stack"]


QUIET_KEY = "key-of-a-quiet-tenant"


@pytest.fixture(scope="module", autouse=True)
def one_slot(stack: Stack) -> Iterator[Worker]:
    with stack.worker() as worker:
        yield worker


def test_a_high_task_overtakes_all_that_wait(stack: Stack, client: Client) -> None:
    busy = client.submit("busy", seconds=3)
    stack.await_start("busy")
    lows = [client.submit(f"low-{n}", priority="low") for n in range(3)]
    normal = client.submit("normal")
    high = client.submit("high", priority="high")
    for task_id in (busy, *lows, normal, high):
        assert await_end(client, task_id)["status"] == "SUCCESS"
    assert stack.starts() == ["busy", "high", "normal", "low-0", "low-1", "low-2"]


def test_what_was_canceled_while_it_waited_never_starts(stack: Stack, client: Client) -> None:
    client.submit("holds-the-slot", seconds=2)
    stack.await_start("holds-the-slot")
    canceled, after = client.submit("canceled"), client.submit("after")
    answer = client.post(f"/v1/tasks/{canceled}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "CANCELED")
    assert await_end(client, after)["status"] == "SUCCESS"
    assert stack.starts()[-2:] == ["holds-the-slot", "after"]
    task = client.task(canceled)
    assert (task["status"], task["attempt"]) == ("CANCELED", 0)


def test_a_flood_of_one_tenant_leaves_every_other_start_to_another(
    stack: Stack, client: Client
) -> None:
    """The quiet one's wake-ups lie behind all of the flood's, in whatever queue."""
    with stack.serve(API_KEYS=f"default:{KEY},quiet:{QUIET_KEY}") as both:
        client.submit("holds-it", seconds=5)
        stack.await_start("holds-it")
        flood = [client.submit(f"flood-{n}") for n in range(8)]
        urgent = client.submit("urgent", priority="high")
        both.headers["x-api-key"] = QUIET_KEY
        quiet = [both.submit(f"quiet-{n}") for n in range(3)]
        for task_id in quiet:
            assert await_end(both, task_id)["status"] == "SUCCESS"
    for task_id in (urgent, *flood):
        assert await_end(client, task_id)["status"] == "SUCCESS"
    starts = stack.starts()
    order = starts[starts.index("holds-it") + 1 :]
    assert order[0] == "urgent"
    tenants = [name.split("-")[0] for name in order[1:]]
    assert tenants[:6] in (["quiet", "flood"] * 3, ["flood", "quiet"] * 3)
    assert sorted(order[1:]) == sorted(f"flood-{n}" for n in range(8)) + [
        f"quiet-{n}" for n in range(3)
    ]
