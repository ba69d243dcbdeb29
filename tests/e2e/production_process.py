"""`darkroom serve` and `darkroom worker` as processes of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import httpx2

from tests.contract.services import free_port
from tests.servers.process import listens

READY_S, STOP_S = 60.0, 40.0

T = TypeVar("T")


def until(told: Callable[[], T], within_s: float = 30.0) -> T:
    """What `told` answers as soon as that is true."""
    ends_at = time.monotonic() + within_s
    while not (answer := told()):
        assert time.monotonic() < ends_at, f"still {answer!r} after {within_s} s"
        time.sleep(0.03)
    return answer


def free_pair() -> int:
    """A port that is free like the next one: each worker of a parent takes one."""
    while True:
        port = free_port()
        with socket.socket() as next_one, suppress(OSError):
            next_one.bind(("127.0.0.1", port + 1))
            return port


class Program:
    """`darkroom WORD` with `env` alone around it; all it says goes to one file."""

    def __init__(self, word: str, folder: Path, env: dict[str, str]) -> None:
        self.log = folder / f"{word}-{uuid4().hex[:8]}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "entrypoints.cli.main", word],
                cwd=folder, env=env, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip

    def await_port(self, port: int) -> None:
        def ready() -> bool:
            assert self.process.poll() is None, self.log.read_text()[-4000:]
            return listens(port)

        until(ready, READY_S)

    def stop(self) -> int:
        """Ask it to end; the exit status it leaves."""
        self.process.terminate()
        return self.process.wait(STOP_S)

    def kill(self) -> None:
        """kill -9, its children too."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGSTOP)
            family = self.children()
            self.process.kill()
            for child in family:
                os.kill(child, signal.SIGKILL)
        self.process.wait(STOP_S)

    def children(self) -> list[int]:
        main_thread = Path(f"/proc/{self.process.pid}/task/{self.process.pid}")
        return [int(pid) for pid in (main_thread / "children").read_text().split()]


class Worker(Program):
    """A parent and, on this machine's CPU, one child that does the work."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.metrics_port = free_pair()
        super().__init__("worker", folder, env | {"METRICS_PORT": str(self.metrics_port)})

    @property
    def child(self) -> int:
        [only] = until(self.children)
        return only

    def send(self, how: int) -> None:
        """A signal to parent and child alike."""
        for pid in (self.process.pid, self.child):
            os.kill(pid, how)

    def kill_parent(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)

    def kill_child(self) -> None:
        os.kill(self.child, signal.SIGKILL)

    def metric(self, name: str) -> float:
        url = f"http://127.0.0.1:{self.metrics_port}/metrics"
        lines = httpx2.get(url, trust_env=False).text.splitlines()
        [value] = [line.split()[1] for line in lines if line.startswith(f"{name} ")]
        return float(value)


@contextmanager
def running(*programs: Program) -> Iterator[None]:
    """None of them outlives the block."""
    try:
        yield
    finally:
        for program in programs:
            program.kill()
