"""How a worker ends: asked to, orphaned, or because a task hangs in it."""

import re
from pathlib import Path

from tests.e2e.production import Client, Stack
from tests.e2e.production_process import until
from tests.e2e.service import await_end

pytest_plugins = ["tests.e2e.production_stack"]


def test_a_stopping_worker_leaves_nothing_half_done(stack: Stack, client: Client) -> None:
    """Three workers in a row: one has time to end its task, one has not, one loses its parent."""
    with stack.worker() as patient:
        running = client.submit("running", seconds=2)
        stack.await_start("running")
        waiting = [client.submit(f"waiting-{n}") for n in range(3)]
        assert patient.stop() == 0
        assert fate(client, running) == ("SUCCESS", 1)
        assert {fate(client, task_id) for task_id in waiting} == {("PENDING", 0)}
        assert client.workers() == []
    with stack.worker(DRAIN_GRACE_S="0.5") as hasty:
        for task_id in waiting:
            await_end(client, task_id)
        assert {fate(client, task_id) for task_id in waiting} == {("SUCCESS", 1)}
        outlasts = client.submit("outlasts", seconds=3)
        stack.await_start("outlasts")
        assert hasty.stop() == 0
        assert fate(client, outlasts) == ("PENDING", 1)
    with stack.worker() as orphaned:
        until(lambda: stack.starts().count("outlasts") == 2)
        child = orphaned.child
        orphaned.kill_parent()
        until(lambda: not Path(f"/proc/{child}").exists())
        assert fate(client, outlasts) == ("SUCCESS", 2)


def fate(client: Client, task_id: str) -> tuple[str, int]:
    task = client.task(task_id)
    return task["status"], task["attempt"]


def test_a_hung_task_ends_its_process_and_fails(stack: Stack, client: Client) -> None:
    with stack.worker(TASK_TIMEOUT_S="2") as worker:
        hung = client.submit("hangs", seconds=600, manner="deaf")
        first = stack.await_start("hangs")
        after = client.submit("after-the-hung")
        task = await_end(client, hung)
        assert (task["status"], task["attempt"]) == ("FAILURE", 1)
        assert task["error"]["code"] == "deadline_exceeded"
        assert await_end(client, after, 45)["status"] == "SUCCESS"
        assert worker.child != first
        assert re.search(r"worker cpu died \(exit 70\); again in", worker.log.read_text())
