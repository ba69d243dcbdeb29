"""How `serve` and `worker` start, what keeps them from it, and what they then leave."""

import os
import re
import signal
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.production import Stack
from tests.e2e.production_process import Program, Worker, running, until
from tests.servers.process import listens

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


@pytest.mark.parametrize("stack", ["celery"], indirect=True)
def test_each_device_has_a_process_of_its_own(stack: Stack) -> None:
    with stack.worker(GPU_IDS="0,3") as worker:
        until(lambda: listens(worker.metrics_port + 1))
        by_gpu = {environment(pid)["CUDA_VISIBLE_DEVICES"]: pid for pid in worker.children()}
        assert set(by_gpu) == {"0", "3"}
        assert environment(by_gpu["3"])["METRICS_PORT"] == str(worker.metrics_port + 1)
        os.kill(by_gpu["3"], signal.SIGKILL)
        until(lambda: by_gpu["3"] not in worker.children() and len(worker.children()) == 2)
        assert by_gpu["0"] in worker.children()
        assert worker.stop() == 0


def environment(pid: int) -> dict[str, str]:
    pairs = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return dict(pair.split("=", 1) for pair in pairs if pair)


def said_at_its_end(program: Program) -> str:
    with running(program):
        assert program.process.wait(END_S) == CONFIGURATION
    said = program.log.read_text()
    assert "Traceback" not in said
    return said
