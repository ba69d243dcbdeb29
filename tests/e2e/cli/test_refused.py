"""Servers that are there and turn these settings away: exit 3, and the variable is named. One
that is merely out of reach leaves 4."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from anyio.from_thread import start_blocking_portal

from tests.contract.services import free_port, require, require_program
from tests.e2e.cli.terminal import told, typed
from tests.servers.redis_server import RedisServer
from tests.servers.scripted_s3 import ScriptedS3, said

STARTS = ["serve --port 0", "up --port 0"]
CONFIGURATION, UNREACHABLE = 3, 4


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    folder = tmp_path_factory.mktemp("redis")
    server = RedisServer(
        require_program("redis-server"), folder, free_port(), "--requirepass", "other-word"
    )
    yield server
    server.kill()


@pytest.fixture(autouse=True)
def shared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What `serve` insists on, on this disk."""
    monkeypatch.setenv("TASK_STORE", "sqlite")
    monkeypatch.setenv("STORAGE_BACKEND", "local")
    monkeypatch.setenv("QUEUE_BACKEND", "celery")


def with_wrong_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"guest:hidden@{parts.hostname}:{parts.port}").geturl()


@pytest.mark.parametrize("words", STARTS)
@pytest.mark.parametrize("broker", ["rabbitmq", "redis"])
@pytest.mark.parametrize("backend", ["celery", "dramatiq"])
def test_a_broker_that_refuses_the_password(
    words: str, broker: str, backend: str, locked: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = locked.url if broker == "redis" else require("rabbitmq")
    monkeypatch.setenv("QUEUE_BACKEND", backend)
    monkeypatch.setenv("BROKER_URL", with_wrong_password(url))
    why = told(result := typed(*words.split()), CONFIGURATION)[1]
    assert why.startswith("why: BROKER_URL: ")
    assert "hidden" not in result.output


@pytest.mark.parametrize("words", STARTS)
@pytest.mark.parametrize("user", ["", "guest:hidden@", ":hidden@"])
def test_a_redis_that_refuses_the_password(
    words: str, user: str, locked: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TASK_STORE", "redis")
    monkeypatch.setenv("REDIS_URL", locked.url.replace("//", f"//{user}"))
    why = told(result := typed(*words.split()), CONFIGURATION)[1]
    assert why.startswith("why: REDIS_URL: ")
    assert "hidden" not in result.output


@pytest.mark.parametrize("words", STARTS)
def test_a_redis_that_is_away_is_out_of_reach(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASK_STORE", "redis")
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    assert told(typed(*words.split()), UNREACHABLE)[1].startswith("why: REDIS_URL: ")


@pytest.mark.parametrize("words", STARTS)
@pytest.mark.parametrize(
    ("code", "named"),
    [("InvalidAccessKeyId", "S3_ACCESS_KEY"), ("SignatureDoesNotMatch", "S3_SECRET_KEY")],
)
def test_an_s3_server_that_refuses_the_key(
    words: str, code: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing = ScriptedS3(lambda request: said(403, code))
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(refusing) as server:
        monkeypatch.setenv("STORAGE_BACKEND", "s3")
        monkeypatch.setenv("S3_ENDPOINT", f"http://{server.endpoint}")
        monkeypatch.setenv("S3_ACCESS_KEY", "key")
        monkeypatch.setenv("S3_SECRET_KEY", "hidden")
        why = told(result := typed(*words.split()), CONFIGURATION)[1]
    assert named in why
    assert "hidden" not in result.output
