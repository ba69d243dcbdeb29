"""The drill: five things go wrong, one after the other, and the dashboards alone say which."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from httpx2 import Client

from tests.contract.services import free_port, missing, require_program
from tests.e2e.infra.local_fixture import S3
from tests.e2e.infra.local_stack import PICTURE, LocalStack, submit
from tests.e2e.infra.signs import SIGNS, diagnosis
from tests.e2e.production import Stack
from tests.e2e.production_process import until
from tests.e2e.service import KEY, OTHER_KEY
from tests.servers.rabbitmq_server import RabbitmqServer
from tests.servers.rclone import rclone_path
from tests.servers.redis_server import RedisServer

PATIENCE_S = 90.0
FAILING = {"manner": "quotes", "text": "a circle"}


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder],
        check=False, capture_output=True,
    )  # fmt: skip
    if mounted.returncode:
        missing(f"no small disk can be mounted: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitmqServer]:
    folder = tmp_path_factory.mktemp("rabbitmq")
    server = RabbitmqServer(require_program("rabbitmq-server"), folder, free_port())
    yield server
    server.kill()


@pytest.fixture(scope="module")
def local(
    small_disk: Path, broker: RabbitmqServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalStack]:
    """At work for two tenants with two models while things go wrong."""
    require_program("prometheus")
    if rclone_path() is None:
        missing("the program rclone is not installed")
    folder = tmp_path_factory.mktemp("drill")
    redis = RedisServer(require_program("redis-server"), folder, free_port())
    stack = Stack(folder, QUEUE_BACKEND="celery", BROKER_URL=broker.url, REDIS_URL=redis.url,
                  STORAGE_BACKEND="s3", WORKER_CONCURRENCY="1", MODELS="trial,invert",
                  MAX_RETRIES="0", DATA_DIR=str(small_disk))  # fmt: skip
    try:
        with LocalStack(stack, SCRAPE_INTERVAL="2s", **S3).up() as local, usual_work(local):
            until(lambda: diagnosis(local) == set(), PATIENCE_S)
            yield local
    finally:
        redis.kill()


@contextmanager
def usual_work(local: LocalStack) -> Iterator[None]:
    """Both tenants ask for as much."""
    with sending(local, KEY), sending(local, OTHER_KEY):
        yield


@contextmanager
def sending(local: LocalStack, key: str, pause_s: float = 0.6, **params: Any) -> Iterator[None]:
    over = Event()

    def send() -> None:
        with local.client(key) as client:
            number = 0
            while not over.wait(pause_s):
                number += 1
                if params or number % 2:
                    submit(client, f"n-{number}", params=params)
                else:
                    invert(client, f"{key}-{number}")

    thread = Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def invert(client: Client, name: str) -> None:
    """Another model, that is always well."""
    body = {"model": "invert", "input": {"image_base64": PICTURE}, "client_request_id": name}
    assert client.post("/v1/tasks", json=body).status_code == 202


@contextmanager
def broker_down(local: LocalStack, broker: RabbitmqServer, disk: Path) -> Iterator[None]:
    broker.kill()
    yield
    broker.start()


@contextmanager
def worker_hung(local: LocalStack, broker: RabbitmqServer, disk: Path) -> Iterator[None]:
    """Its device does not come back from a call, and nothing can interrupt that."""
    with local.client() as client:
        submit(client, "hangs", params={"manner": "deaf", "seconds": 40})
    yield


@contextmanager
def tenant_floods(local: LocalStack, broker: RabbitmqServer, disk: Path) -> Iterator[None]:
    with sending(local, OTHER_KEY, 0.01, seconds=0.4), sending(local, OTHER_KEY, 0.01, seconds=0.4):
        yield


@contextmanager
def model_fails(local: LocalStack, broker: RabbitmqServer, disk: Path) -> Iterator[None]:
    with sending(local, KEY, 0.5, **FAILING), sending(local, OTHER_KEY, 0.5, **FAILING):
        yield


@contextmanager
def disk_fills(local: LocalStack, broker: RabbitmqServer, disk: Path) -> Iterator[None]:
    filler = disk / "filler"
    filler.write_bytes(bytes(60 * 2**20))
    yield
    filler.unlink()


INCIDENTS = {
    "disk fills": disk_fills,
    "model fails": model_fails,
    "worker hung": worker_hung,
    "broker down": broker_down,
    "tenant floods": tenant_floods,
}


@pytest.mark.parametrize("name", INCIDENTS)
def test_the_dashboards_say_which_it_is(
    name: str, local: LocalStack, broker: RabbitmqServer, small_disk: Path
) -> None:
    seen: list[set[str]] = []

    def see() -> set[str]:
        seen.append(diagnosis(local))
        return seen[-1]

    with INCIDENTS[name](local, broker, small_disk):
        until(lambda: see() == {name}, PATIENCE_S)
    until(lambda: see() == set(), PATIENCE_S)
    print(seen)
    assert set().union(*seen) == {name}, "never taken for something else"


def test_each_sign_is_drilled() -> None:
    assert set(INCIDENTS) == set(SIGNS)
