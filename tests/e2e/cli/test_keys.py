"""`darkroom keys`: on the ledger that the settings name, beside a service that runs on it."""

import json
from pathlib import Path

import pytest

from domain.model.errors import ApiKeyRevoked
from domain.model.principal import ADMIN
from entrypoints.background import started
from entrypoints.configuration import load_settings
from entrypoints.container.gateway import build_gateway
from tests.e2e.cli.terminal import told, typed

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASK_STORE", "sqlite")


def test_a_key_is_shown_once_listed_and_revoked() -> None:
    made = typed("keys", "create", "ada", "--role", "paid", "--daily-tasks", "7")
    assert made.exit_code == 0, made.output
    (text,) = made.stdout.splitlines()
    key_id = text.split("_")[2]
    table = typed("keys", "ls").stdout.splitlines()
    assert table[0].split() == ["KEY", "USER", "TENANT", "ROLE", "EXPIRES", "REVOKED"]
    assert table[1].split()[:4] == [key_id, "ada", "ada", "paid"]
    (listed,) = json.loads(typed("keys", "ls", "--json", "--user", "ada").stdout)["data"]
    assert (listed["key_id"], listed["daily_tasks"], listed["per_second"]) == (key_id, 7, 30)
    assert typed("keys", "revoke", key_id).stdout.split()[:2] == [key_id, "revoked"]
    assert json.loads(typed("keys", "ls", "--json").stdout)["data"][0]["revoked_at"]


def test_the_key_is_nowhere_on_the_disk() -> None:
    text = typed("keys", "create", "ada").stdout.strip()
    files = [path for path in Path().rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if text.encode() in path.read_bytes()]
    assert not [path for path in files if text.split("_")[3].encode() in path.read_bytes()]


async def test_a_running_service_believes_it_until_it_is_revoked() -> None:
    import asyncio

    container = build_gateway(load_settings())
    async with started(container.key_lifetimes()):
        admit = container.use_cases().admit
        made = await asyncio.to_thread(typed, "keys", "create", "root", "--role", "admin")
        text = made.stdout.strip()
        assert ADMIN in (await admit.identify(text, "::1")).scopes
        await asyncio.to_thread(typed, "keys", "revoke", text.split("_")[2])
        with pytest.raises(ApiKeyRevoked):
            await admit.identify(text, "::1")


def test_an_unknown_key_is_told() -> None:
    result = typed("keys", "revoke", "0" * 16)
    assert "No API key has this id." in told(result, 2)[1]


def test_keys_in_the_memory_of_a_service_are_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASK_STORE", "memory")
    result = typed("keys", "create", "ada")
    assert "POST /v1/admin/keys" in told(result, 3)[2]


@pytest.mark.parametrize("user", ["a/b", "", "x" * 65])
def test_a_name_that_is_no_path_segment_is_refused(user: str) -> None:
    assert typed("keys", "create", user).exit_code == 2
