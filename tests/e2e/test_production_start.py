"""What keeps `serve` and `worker` from starting, and what they leave when they end too soon."""

import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.production import Program, Stack, Worker, running, until

pytest_plugins = ["tests.e2e.production_stack"]

PRIVATE = {"QUEUE_BACKEND": "memory", "TASK_STORE": "memory", "STORAGE_BACKEND": "memory"}
CONFIGURATION = 3
END_S = 60


@pytest.mark.parametrize("word", ["serve", "worker"])
def test_processes_that_share_nothing_do_not_start(tmp_path: Path, word: str) -> None:
    program = Program(word, tmp_path, Stack(tmp_path, **PRIVATE).env)
    said = said_at_its_end(program)
    assert set(re.findall(r"(\w+)=memory", said)) == set(PRIVATE)
    assert "darkroom up" in said


@pytest.mark.parametrize("stack", ["celery"], indirect=True)
def test_a_worker_whose_port_is_taken_says_so(stack: Stack) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        worker = Program("worker", stack.folder, stack.env | {"METRICS_PORT": str(port)})
        said = said_at_its_end(worker)
    assert f"METRICS_PORT: {port}" in said


def test_a_worker_that_its_broker_refuses_gives_up_at_once(stack: Stack) -> None:
    broker = urlsplit(stack.env["BROKER_URL"])
    wrong = broker._replace(netloc=f"guest:wrong@{broker.hostname}:{broker.port}").geturl()
    worker = Program("worker", stack.folder, stack.env | {"BROKER_URL": wrong})
    said = said_at_its_end(worker)
    assert "BROKER_URL" in said
    assert "again in" not in said


@pytest.mark.parametrize("stack", ["celery"], indirect=True)
def test_a_worker_that_is_stopped_while_it_starts_ends_well(stack: Stack) -> None:
    worker = Worker(stack.folder, stack.env)
    with running(worker):
        until(worker.children)
        assert worker.stop() == 0


def said_at_its_end(program: Program) -> str:
    with running(program):
        assert program.process.wait(END_S) == CONFIGURATION
    said = program.log.read_text()
    assert "Traceback" not in said
    return said
