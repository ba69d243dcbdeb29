"""`darkroom collect`: one process tells the metrics of the service as a whole."""

from collections.abc import Callable, Iterator

import httpx2
import pytest

from tests.contract.services import free_port
from tests.e2e.production import Client, Stack
from tests.e2e.production_process import Program, running, until

pytest_plugins = ["tests.e2e.production_stack"]

MAX_LINES = 1_500


@pytest.fixture
def told(stack: Stack) -> Iterator[Callable[[], list[str]]]:
    port = free_port()
    collector = Program("collect", stack.folder, stack.env | {"METRICS_PORT": str(port)})
    with running(collector):
        collector.await_port(port)
        yield lambda: exposition(port)
        assert collector.stop() == 0


def exposition(port: int) -> list[str]:
    return httpx2.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text.splitlines()


def test_it_tells_what_waits_and_who_works(
    stack: Stack, client: Client, told: Callable[[], list[str]]
) -> None:
    client.submit("counted", priority="low")
    until(lambda: 'darkroom_queue_depth{priority="low"} 1.0' in told())
    assert 'darkroom_workers{state="ready"} 0.0' in told()
    assert 'darkroom_part_up{part="queue"} 1.0' in told()
    with stack.worker(WORKER_CONCURRENCY="3"):
        until(lambda: 'darkroom_worker_slots{state="free"} 3.0' in told())
        until(lambda: 'darkroom_queue_depth{priority="low"} 0.0' in told())


def test_what_any_process_tells_stays_small(
    stack: Stack, client: Client, told: Callable[[], list[str]]
) -> None:
    """After ids without end; each line is kept for weeks."""
    for number in range(100):
        client.get(f"/v1/tasks/{number:032x}")
    with stack.worker() as worker:
        assert len(exposition(worker.metrics_port)) < MAX_LINES
    assert len(client.get("/metrics").text.splitlines()) < MAX_LINES
    assert len(told()) < MAX_LINES


def test_no_other_process_tells_the_depth(stack: Stack, client: Client) -> None:
    """Their sum would count everything once a process."""
    with stack.worker() as worker:
        for lines in (exposition(worker.metrics_port), client.get("/metrics").text.splitlines()):
            assert any(line.startswith("darkroom_build_info") for line in lines)
            assert not any(line.startswith("darkroom_queue_depth{") for line in lines)
