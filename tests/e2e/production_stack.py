"""The fixture `stack`, a pytest plugin: one production stack a test module and queue library."""

import subprocess
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from tests.contract.celery_link import CeleryPlace
from tests.contract.dramatiq_link import RabbitmqPlace
from tests.contract.services import free_port, require, require_program
from tests.e2e.production import BACKENDS, Client, Stack
from tests.servers.redis_server import RedisServer


@pytest.fixture(scope="session")
def vhost() -> Iterator[str]:
    """The URL of a place of our own on the shared broker."""
    url, ctl = urlsplit(require("rabbitmq")), [require_program("rabbitmqctl"), "-q"]
    name = f"e2e-{uuid4().hex[:8]}"
    subprocess.run([*ctl, "add_vhost", name], check=True)
    try:
        permit = ["set_permissions", "-p", name, url.username or "guest", ".*", ".*", ".*"]
        subprocess.run([*ctl, *permit], check=True)
        yield url._replace(path=f"/{name}").geturl()
    finally:
        subprocess.run([*ctl, "delete_vhost", name], check=True)


@pytest.fixture(scope="module", params=BACKENDS)
def stack(
    request: pytest.FixtureRequest, vhost: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """Empty queues, an empty ledger."""
    folder = tmp_path_factory.mktemp("production")
    redis = RedisServer(require_program("redis-server"), folder, free_port())
    try:
        yield Stack(folder, QUEUE_BACKEND=request.param, BROKER_URL=vhost, REDIS_URL=redis.url)
    finally:
        redis.kill()
        CeleryPlace(vhost, "gpu-").clear()
        RabbitmqPlace(vhost, "dq-").clear()


@pytest.fixture(scope="module")
def client(stack: Stack) -> Iterator[Client]:
    """Of a gateway that serves all tests of the module."""
    with stack.serve() as client:
        yield client
