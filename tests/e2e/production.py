"""The production stack: gateways and workers over a real broker and a Redis nobody else uses."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from tests.contract.services import free_port
from tests.e2e import trial_runner
from tests.e2e.outside import install
from tests.e2e.pictures import inline, png
from tests.e2e.production_process import Program, Worker, running, until
from tests.e2e.service import KEY, clean_env

BACKENDS = ("celery", "dramatiq")
PICTURE = inline(png())


class Stack:
    """One ledger, one broker, one store of pictures; any number of gateways and workers."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.folder, self.journal = folder, folder / "journal"
        self.journal.touch()
        install(folder / "site", Path(trial_runner.__file__), "TrialRunner")
        clean = clean_env()
        self.env = clean | {
            "APP_ENV": "PROD",
            "API_KEYS": f"default:{KEY}",
            "RATE_LIMIT_PER_MINUTE": "100000",
            "STORAGE_BACKEND": "local",
            "DATA_DIR": str(folder / "data"),
            "URL_SIGNING_SECRET": "a-secret-of-the-tests",
            "MODELS": "trial",
            "GPU_IDS": "cpu",
            "WORKER_CONCURRENCY": "1",
            "MAX_RETRIES": "1",
            "PYTHONPATH": f"{clean['PYTHONPATH']}{os.pathsep}{folder / 'site'}",
            "TRIAL_JOURNAL": str(self.journal),
        } | env  # fmt: skip

    @contextmanager
    def serve(self, **env: str) -> Iterator["Client"]:
        port = free_port()
        gateway = Program("serve", self.folder, self.env | {"PORT": str(port)} | env)
        with running(gateway):
            gateway.await_port(port)
            with Client(gateway, port) as client:
                yield client

    @contextmanager
    def worker(self, **env: str) -> Iterator[Worker]:
        with self.workers(1, **env) as [worker]:
            yield worker

    @contextmanager
    def workers(self, count: int, **env: str) -> Iterator[list[Worker]]:
        """Ready, all of them."""
        workers = [Worker(self.folder, self.env | env) for _ in range(count)]
        with running(*workers):
            for worker in workers:
                worker.await_port(worker.metrics_port)
            yield workers

    def starts(self) -> list[str]:
        """The names of the tasks that a model began, in order, once an attempt."""
        return [line.split()[0] for line in self.journal.read_text().splitlines()]

    def starter(self, name: str) -> int:
        """The process that began this task last."""
        lines = [line.split() for line in self.journal.read_text().splitlines()]
        return int([pid for each, pid in lines if each == name][-1])

    def await_start(self, name: str, within_s: float = 30.0) -> int:
        until(lambda: name in self.starts(), within_s)
        return self.starter(name)


class Client(httpx2.Client):
    """A caller of one gateway."""

    def __init__(self, gateway: Program, port: int) -> None:
        super().__init__(base_url=f"http://127.0.0.1:{port}", headers={"x-api-key": KEY},
                         trust_env=False, timeout=60)  # fmt: skip
        self.gateway = gateway

    def submit(self, name: str, *, priority: str = "normal", timeout_s: float = 60.0,
               **params: object) -> str:  # fmt: skip
        """The id of an accepted task that the journal will know as `name`."""
        answer = self.post("/v1/tasks", timeout=timeout_s, json={
            "model": "trial", "input": {"image_base64": PICTURE}, "priority": priority,
            "params": {"name": name, **params},
        })  # fmt: skip
        assert answer.status_code == 202, answer.text
        return str(answer.json()["task_id"])

    def task(self, task_id: str) -> dict[str, Any]:
        answer = self.get(f"/v1/tasks/{task_id}")
        assert answer.status_code == 200, answer.text
        task: dict[str, Any] = answer.json()
        return task

    def await_status(self, task_id: str, status: str, within_s: float = 60.0) -> dict[str, Any]:
        return until(lambda: (task := self.task(task_id))["status"] == status and task, within_s)

    def depths(self) -> dict[str, int]:
        """What waits, by tier."""
        return {each["priority"]: each["depth"] for each in self.get("/v1/queues").json()["data"]}

    def workers(self) -> list[dict[str, Any]]:
        return list(self.get("/v1/workers").json()["data"])
