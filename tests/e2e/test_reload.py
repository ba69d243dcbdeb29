"""SIGHUP: a running service follows its models file, without losing a task."""

import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.e2e.pictures import inline, png
from tests.e2e.production import Client, Stack
from tests.e2e.production_process import Worker, until
from tests.e2e.service import Service, await_end, serving

pytest_plugins = ["tests.e2e.production_stack"]

PICTURE = inline(png())
FIRST = "early: {runner: trial}\nleaves: {runner: trial}\n"
SECOND = """early: {runner: trial, aliases: [bird]}
late: {runner: trial}
lazy: {runner: trial, load: lazy}
"""


def submit(client: httpx2.Client, model: str, **params: object) -> httpx2.Response:
    body = {"model": model, "input": {"image_base64": PICTURE}, "params": params}
    return client.post("/v1/tasks", json=body)


def names(client: httpx2.Client) -> set[str]:
    return {each["name"] for each in client.get("/v1/models").json()["data"]}


def lines(log: Path, event: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    return [line for line in found if line["event"] == event]


@pytest.mark.parametrize("stack", ["celery"], indirect=True)
def test_gateway_and_worker_follow_the_file(stack: Stack) -> None:
    file = stack.folder / "models.yaml"
    file.write_text(FIRST)
    env = {"MODELS": ",", "WORKER_CONCURRENCY": "2", "LOG_FORMAT": "json"}
    with stack.serve(**env) as client, stack.worker(**env) as worker:
        under_way = submit(client, "leaves", name="under-way", seconds=3).json()["task_id"]
        stack.await_start("under-way")
        waiting = [submit(client, "leaves", name=f"w{n}").json()["task_id"] for n in range(3)]
        file.write_text(SECOND)
        client.gateway.process.send_signal(signal.SIGHUP)
        worker.process.send_signal(signal.SIGHUP)
        until(lambda: "late" in names(client))
        refused = submit(client, "leaves", name="too-late")
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown_model")
        assert "leaves" not in names(client)
        for task_id in (under_way, *waiting):
            assert await_end(client, task_id)["status"] == "SUCCESS"
        served = until(lambda: (one := shown(client)) and "late" in one["models"] and one)
        assert "leaves" not in served["models"]
        assert {"early", "late"} <= set(served["loaded_models"])
        assert "lazy" not in served["loaded_models"]
        until(lambda: "leaves" not in shown(client)["loaded_models"])
        for model in ("late", "bird", "lazy"):
            task_id = submit(client, model, name=f"new-{model}").json()["task_id"]
            assert await_end(client, task_id)["status"] == "SUCCESS"
        a_broken_file_changes_nothing(file, client, worker)


def a_broken_file_changes_nothing(file: Path, client: Client, worker: Worker) -> None:
    file.write_text(SECOND + "late: {runner: trial}\n")
    before, child = names(client), worker.child
    for program in (client.gateway, worker):
        program.process.send_signal(signal.SIGHUP)
        [line] = until(lambda program=program: lines(program.log, "models_not_reloaded"))
        assert "line 4: 'late' is there already, in line 2" in line["reason"]
    assert names(client) == before
    assert worker.child == child
    task_id = submit(client, "late", name="still-there").json()["task_id"]
    assert await_end(client, task_id)["status"] == "SUCCESS"


def shown(client: Client) -> dict[str, Any]:
    [worker] = client.workers()
    return worker


def test_the_whole_service_in_one_process_follows_it_too(tmp_path: Path) -> None:
    (tmp_path / "models.yaml").write_text("negative: {runner: invert}\n")
    with serving(tmp_path, APP_ENV="DEV", MODELS="") as service, service.client() as client:
        assert "negative" in names(client)
        (tmp_path / "models.yaml").write_text("opposite: {runner: invert}\n")
        hang_up(service)
        until(lambda: "opposite" in names(client))
        assert "negative" not in names(client)
        task = await_end(client, submit(client, "opposite").json()["task_id"])
        assert task["status"] == "SUCCESS"
        [line] = lines(service.log, "models_reloaded")
        assert (line["added"], line["removed"]) == (["opposite"], ["negative"])
        assert service.stop() == 0


def hang_up(service: Service) -> None:
    assert service.process is not None
    service.process.send_signal(signal.SIGHUP)


def test_a_terminal_that_is_closed_still_ends_what_was_started_there(tmp_path: Path) -> None:
    service = Service(tmp_path, APP_ENV="TEST")
    child, ours = os.forkpty()
    if child == 0:
        os.chdir(tmp_path)
        command = [sys.executable, "-m", "entrypoints.cli.main", "up"]
        os.execve(sys.executable, command, service.env)
    until(lambda: ready(service))
    os.close(ours)
    until(lambda: os.waitpid(child, os.WNOHANG)[0] == child, 60)


def ready(service: Service) -> bool:
    with suppress(httpx2.TransportError), service.client() as client:
        return client.get("/health/ready").status_code == 200
    return False
