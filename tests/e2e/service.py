"""The real service as a process of its own, and how a client meets it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from tests.contract.services import free_port

ROOT = Path(__file__).parents[2]
KEY = "e2e-key-of-tenant-default"
OTHER_KEY = "e2e-key-of-tenant-other"
READY_S = 90.0


class Service:
    """`darkroom up` in `folder`, with `env` on top of a clean environment."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.env = clean_env() | {
            "PORT": str(self.port),
            "API_KEYS": f"default:{KEY},other:{OTHER_KEY}",
            "RATE_LIMIT_PER_MINUTE": "100000",
            "LOG_FORMAT": "json",
            "DRAIN_GRACE_S": "5",
        } | env  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder / "service.log"

    def start(self) -> "Service":
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "entrypoints.cli.main", "up"],
                cwd=self.folder, env=self.env, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        self.await_ready()
        return self

    def await_ready(self) -> None:
        until = time.monotonic() + READY_S
        while time.monotonic() < until:
            assert self.process is not None
            if self.process.poll() is not None:
                raise AssertionError(f"the service ended:\n{self.log.read_text()[-4000:]}")
            try:
                if httpx2.get(f"{self.url}/health/ready", trust_env=False).status_code == 200:
                    return
            except httpx2.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"not ready in {READY_S} s:\n{self.log.read_text()[-4000:]}")

    def kill(self) -> None:
        """kill -9: nothing gets a chance to say goodbye."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(30)

    def stop(self, how: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(60)

    def client(self, key: str = KEY) -> httpx2.Client:
        return httpx2.Client(
            base_url=self.url, headers={"x-api-key": key}, trust_env=False, timeout=90
        )


def clean_env() -> dict[str, str]:
    """Nothing of this machine's Darkroom settings leaks into a test."""
    kept = ("PATH", "HOME", "LANG", "VIRTUAL_ENV", "TMPDIR", "PYTHONPATH")
    paths = os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]))
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "PYTHONPATH": paths,
        "NO_COLOR": "1",
    }


@contextmanager
def serving(folder: Path, **env: str) -> Iterator[Service]:
    service = Service(folder, **env).start()
    try:
        yield service
    finally:
        if service.process is not None and service.process.poll() is None:
            service.kill()


def await_end(client: httpx2.Client, task_id: str, within_s: float = 90.0) -> dict[str, Any]:
    """The task once it has ended, by long poll."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        answer = client.get(f"/v1/tasks/{task_id}", params={"wait": 10})
        assert answer.status_code == 200, answer.text
        task: dict[str, Any] = answer.json()
        if task["finished_at"] is not None:
            return task
    raise AssertionError(f"{task_id} did not end in {within_s} s: {task}")
