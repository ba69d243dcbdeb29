"""Workers that die or stand still in the middle of a task."""

import re
import signal

from tests.e2e.production import Client, Stack
from tests.e2e.production_process import Worker, until
from tests.e2e.service import await_end

pytest_plugins = ["tests.e2e.production_stack"]

ELSEWHERE_S = 20.0
BUSY_MACHINE_S = 10.0


def results(stack: Stack, task_id: str) -> list[str]:
    """The attempts whose picture is stored."""
    stored = stack.folder.glob(f"data/blobs/results/**/{task_id}/*/{task_id}_24x16.png")
    return sorted(path.parent.name for path in stored)


def by_owner(stack: Stack, name: str, workers: list[Worker]) -> list[Worker]:
    """The worker that runs this task, then the other ones."""
    pid = stack.await_start(name)
    return sorted(workers, key=lambda worker: worker.child != pid)


def test_what_a_killed_worker_ran_runs_again_elsewhere(stack: Stack, client: Client) -> None:
    with stack.workers(2) as workers:
        until(lambda: len(client.workers()) == 2)
        task_id = client.submit("outlives", seconds=3)
        killed, other = by_owner(stack, "outlives", workers)
        dead = killed.child
        killed.kill()
        until(lambda: stack.starter("outlives") != dead, ELSEWHERE_S + BUSY_MACHINE_S)
        assert stack.starter("outlives") == other.child
        task = await_end(client, task_id)
        until(lambda: len(client.workers()) == 1, BUSY_MACHINE_S)
        [left] = client.workers()
        assert left["worker_id"].endswith(f":{other.child}")
    assert (task["status"], task["attempt"]) == ("SUCCESS", 2)
    assert results(stack, task_id) == ["2"]
    assert client.get(f"/v1/tasks/{task_id}/result").status_code == 200


def test_a_worker_that_stood_still_cannot_write_late(stack: Stack, client: Client) -> None:
    with stack.workers(2, LEASE_S="3") as workers:
        task_id = client.submit("stands-still", seconds=1.5, manner="deaf")
        frozen, other = by_owner(stack, "stands-still", workers)
        frozen.send(signal.SIGSTOP)
        task = await_end(client, task_id)
        assert (task["status"], task["attempt"]) == ("SUCCESS", 2)
        assert stack.starter("stands-still") == other.child
        assert frozen.child != other.child
        frozen.send(signal.SIGCONT)
        until(lambda: frozen.metric("darkroom_stale_writes_total") == 1)
        assert client.task(task_id) == task
        assert "/2/" in task["result"]["s3_key"]
        client.submit("goes-on-one"), client.submit("goes-on-two")
        until(lambda: {"goes-on-one", "goes-on-two"} <= set(stack.starts()))
        assert other.metric("darkroom_stale_writes_total") == 0


def test_a_task_that_kills_its_worker_each_time_is_given_up(stack: Stack, client: Client) -> None:
    with stack.worker(LEASE_S="2") as worker:
        fatal = client.submit("fatal", manner="aborts", priority="high")
        neighbours = [client.submit(f"neighbour-{n}") for n in range(5)]
        task = await_end(client, fatal)
        assert (task["status"], task["error"]["code"]) == ("FAILURE", "attempts_exhausted")
        assert stack.starts().count("fatal") == task["error"]["attempts"] == 2
        for task_id in neighbours:
            task = await_end(client, task_id)
            assert (task["status"], task["attempt"]) == ("SUCCESS", 1), task
        assert worker.stop() == 0
        died = re.findall(r"worker cpu died \(exit -6\); again in (\S+) s", worker.log.read_text())
    assert died == ["0.5", "0.5"], "a worker that worked is no broken one"
