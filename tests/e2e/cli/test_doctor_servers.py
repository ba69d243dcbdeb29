"""`darkroom doctor` where the parts are servers."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal

from entrypoints.cli.faults import ExitStatus
from tests.contract.services import free_port, require_program
from tests.e2e.cli.terminal import typed
from tests.servers.redis_server import AOF, RedisServer
from tests.servers.scripted_s3 import ScriptedS3, said


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[RedisServer]:
    """Broker, ledger and counts of `behind_servers`, with a password."""
    server = RedisServer(
        require_program("redis-server"), tmp_path, free_port(), "--requirepass", "hidden", *AOF
    )
    yield server
    server.kill()


@pytest.fixture
def behind_servers(locked: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedS3]:
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(ScriptedS3()) as s3:
        known = locked.url.replace("//", "//:hidden@")
        for name, value in {
            "QUEUE_BACKEND": "celery", "BROKER_URL": known, "TASK_STORE": "redis",
            "RATE_LIMIT_BACKEND": "redis", "REDIS_URL": known, "STORAGE_BACKEND": "s3",
            "S3_ENDPOINT": f"http://{s3.endpoint}", "S3_ACCESS_KEY": "key",
            "S3_SECRET_KEY": "hidden",
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        yield s3


def test_of_servers_it_tells_where_they_are_and_no_password(
    behind_servers: ScriptedS3, locked: RedisServer
) -> None:
    ended = typed("doctor", "--json")
    assert ended.exit_code == ExitStatus.OK, ended.output
    findings = {finding["port"]: finding for finding in json.loads(ended.stdout)}
    where = {port: findings[port]["where"] for port in ("WakeupQueue", "TaskStore", "BlobStore")}
    assert where == {
        "WakeupQueue": locked.url, "TaskStore": locked.url,
        "BlobStore": f"http://{behind_servers.endpoint}, bucket darkroom",
    }  # fmt: skip
    assert "hidden" not in ended.output


def test_each_server_that_turns_us_away_is_told_with_its_remedy(
    behind_servers: ScriptedS3, locked: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind_servers.script = lambda request: said(403, "InvalidAccessKeyId")
    for name in ("BROKER_URL", "REDIS_URL"):
        monkeypatch.setenv(name, locked.url)
    ended = typed("doctor", "--json")
    assert ended.exit_code == ExitStatus.TASK_FAILED
    findings = {finding["adapter"]: finding for finding in json.loads(ended.stdout)}
    for adapter, variable in {
        "CeleryWakeupQueue": "BROKER_URL", "CeleryWakeupSource": "BROKER_URL",
        "RedisClient": "REDIS_URL", "S3BlobStore": "S3_ACCESS_KEY",
    }.items():  # fmt: skip
        assert findings[adapter]["status"] == "fail"
        assert variable in findings[adapter]["reason"]
        assert f"fix: {findings[adapter]['fix']}" in ended.stderr
    assert "ok" in {finding["status"] for finding in findings.values()}
