"""`make up-local` as tests run it: on ports and servers of their own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2

from infra.grafana.panels import Panel
from infra.local.ports import Ports, listens, ports
from tests.contract.services import free_port
from tests.e2e.pictures import inline, png
from tests.e2e.production import Stack
from tests.e2e.production_process import until
from tests.e2e.service import KEY, OTHER_KEY, ROOT

READY_S, STOP_S = 150.0, 60.0
PICTURE = inline(png())


class LocalStack:
    """Gateway, two workers, collector, Prometheus and Flower, over `stack`'s servers."""

    def __init__(self, stack: Stack, **env: str) -> None:
        self.folder = stack.folder / "local"
        self.env = stack.env | _free_ports() | {
            "LOCAL_FOLDER": str(self.folder),
            "PYTHONPATH": f"{stack.env['PYTHONPATH']}{os.pathsep}{ROOT}",
            "API_KEYS": f"default:{KEY},other:{OTHER_KEY}",
            "FLOWER_UNAUTHENTICATED_API": "true",
            "LOG_FORMAT": "json",
            "FETCH_ALLOW_HOSTS": "127.0.0.1:1",
            "DEAF_RECEIVER": "http://127.0.0.1:1/hook",
        } | env  # fmt: skip
        self.at: Ports = ports(self.env)
        # What Grafana makes of $__rate_interval: four scrapes.
        self.window = f"{4 * int(self.env.get('SCRAPE_INTERVAL', '5s').removesuffix('s'))}s"

    @contextmanager
    def up(self) -> Iterator["LocalStack"]:
        self.folder.mkdir(exist_ok=True)
        said = self.folder / "up.log"
        with said.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "infra.local.up"], cwd=self.folder, env=self.env,
                stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        try:
            until(lambda: self._ready(said), READY_S)
            yield self
        finally:
            self.process.terminate()
            try:
                self.process.wait(STOP_S)
            finally:
                self._leave_nobody()

    def _ready(self, said: Path) -> bool:
        assert self.process.poll() is None, said.read_text()
        return "Ready." in said.read_text()

    def _leave_nobody(self) -> None:
        for pid in self.pids().values():
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)

    def pids(self) -> Mapping[str, int]:
        return {file.stem: int(file.read_text()) for file in self.folder.glob("*.pid")}

    def client(self, key: str = KEY) -> httpx2.Client:
        return httpx2.Client(base_url=f"http://127.0.0.1:{self.at.gateway}", trust_env=False,
                             headers={"x-api-key": key}, timeout=60)  # fmt: skip

    def asked(self, query: str) -> list[dict[str, Any]]:
        """What Prometheus answers to PromQL."""
        found = httpx2.post(
            f"http://127.0.0.1:{self.at.prometheus}/api/v1/query", data={"query": query},
            trust_env=False, timeout=30,
        ).json()  # fmt: skip
        assert found["status"] == "success", found
        series: list[dict[str, Any]] = found["data"]["result"]
        return series

    def shown(self, panel: Panel) -> dict[str, dict[str, float]]:
        """What a person sees of `panel` now: by query, by the legend of each line."""
        return {legend: {_named(legend, one["metric"]): float(one["value"][1])
                         for one in self.asked(query.replace("$__rate_interval", self.window))}
                for legend, query in panel.queries.items()}  # fmt: skip

    def flower(self, path: str) -> Any:
        answer = httpx2.get(f"http://127.0.0.1:{self.at.flower}{path}", trust_env=False, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json() if path.startswith("/api") else answer.text

    def add_target(self, job: str, port: int) -> None:
        folder = self.folder / "targets"
        folder.mkdir(exist_ok=True)
        target = {"targets": [f"127.0.0.1:{port}"], "labels": {"job": job}}
        (folder / f"{job}.json").write_text(json.dumps([target]))


def submit(client: httpx2.Client, name: str, **more: Any) -> str:
    """The id of an accepted task; `params` are the trial model's, the rest the request's."""
    params = {"name": name, **more.pop("params", {})}
    body = {"model": "trial", "input": {"image_base64": PICTURE}, "params": params, **more}
    answer = client.post("/v1/tasks", json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["task_id"])


def _named(legend: str, labels: Mapping[str, str]) -> str:
    for name, value in labels.items():
        legend = legend.replace("{{" + name + "}}", value)
    return legend


def _free_ports() -> dict[str, str]:
    names = ("PORT", "PROMETHEUS_PORT", "FLOWER_PORT", "S3_PORT")
    found = {name: str(free_port()) for name in names}
    while any(listens((base := free_port()) + n) for n in (1, 10, 11, 20, 21)):
        pass
    return found | {"METRICS_PORT": str(base)}
