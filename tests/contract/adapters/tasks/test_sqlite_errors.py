"""Whatever is wrong with the file of the SQLite ledger is told in one kind of error."""

import hashlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.tasks import database
from adapters.tasks.database import SCHEMA_VERSION
from adapters.tasks.sqlite import SqliteTaskStore
from domain.model.due import Due
from domain.model.errors import StorageUnavailable
from domain.model.idempotency import client_key
from domain.model.task import Move, move
from domain.model.webhook import EventType, new_delivery
from ports.task_store import TaskQuery
from tests.contract.task_factory import START, SteppedClock, pending

pytestmark = pytest.mark.anyio

KEY = client_key("acme", "order-1", 600.0)

Call = Callable[[SqliteTaskStore], Awaitable[object]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "darkroom.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteTaskStore]:
    adapter = SqliteTaskStore(path, SteppedClock())
    await adapter.start()
    yield adapter
    await adapter.aclose()


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def make_garbage(path: Path) -> None:
    path.write_bytes(b"this is no database, only a file of some length" * 100)


def make_newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")


def make_foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE task (name TEXT)")


def make_below_a_file(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_bytes(b"")


@pytest.mark.parametrize(
    "spoil", [make_garbage, make_newer, make_foreign, Path.mkdir, make_below_a_file]
)
async def test_a_file_that_can_not_be_used_stops_the_start(
    path: Path, spoil: Callable[[Path], None]
) -> None:
    path.parent.mkdir()
    spoil(path)
    store = SqliteTaskStore(path, SteppedClock())
    with pytest.raises(StorageUnavailable, match="SQLITE_PATH"):
        await store.start()
    with pytest.raises(StorageUnavailable):
        await store.ping()
    await store.aclose()


async def test_a_newer_file_is_left_as_it_was(path: Path) -> None:
    path.parent.mkdir()
    make_newer(path)
    before = sha256(path)
    with pytest.raises(StorageUnavailable, match="newer"):
        await SqliteTaskStore(path, SteppedClock()).start()
    assert sha256(path) == before


CALLS: list[Call] = [
    lambda store: store.insert_once(pending(), KEY),
    lambda store: store.get("t"),
    lambda store: store.replace(pending(), 1),
    lambda store: store.list(TaskQuery(tenant="acme")),
    lambda store: store.due(Due.STRANDED_LOW, 1),
    lambda store: store.ping(),
]


@pytest.mark.parametrize("call", CALLS)
async def test_a_ledger_that_is_not_open_is_unavailable(path: Path, call: Call) -> None:
    store = SqliteTaskStore(path, SteppedClock())
    with pytest.raises(StorageUnavailable):
        await call(store)
    await store.start()
    await store.ping()
    await store.aclose()
    await store.aclose()
    with pytest.raises(StorageUnavailable):
        await call(store)


async def test_a_lock_that_is_not_given_up_is_unavailable_for_that_long(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.0)
    store, task = SqliteTaskStore(path, SteppedClock()), pending()
    await store.start()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailable) as caught:
            await store.insert_once(task, KEY)
        assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
        assert await store.get(task.task_id) is None
    assert await store.insert_once(task, KEY) == task
    await store.aclose()


async def test_a_write_that_fails_half_way_is_undone(store: SqliteTaskStore) -> None:
    task = pending()
    await store.insert_once(task, KEY)
    twins = [
        new_delivery("same", "acme", "https://a.example/", "a.example", EventType.PING, START)
    ] * 2
    with pytest.raises(StorageUnavailable) as caught:
        await store.replace(move(task, Move.CANCEL, START).task, task.revision, twins)
    assert isinstance(caught.value.__cause__, sqlite3.IntegrityError)
    assert await store.get(task.task_id) == task
    assert await store.replace(replace(task, revision=2), task.revision)


@pytest.mark.parametrize("body", ['{"v": 1}', "[]", "{", ""])
async def test_a_damaged_row_is_unavailable_and_harms_no_other(
    path: Path, store: SqliteTaskStore, body: str
) -> None:
    damaged, whole = pending(), pending()
    for task in (damaged, whole):
        await store.insert_once(task, None)
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE task SET body = ? WHERE id = ?", (body, damaged.task_id))
        db.commit()
    with pytest.raises(StorageUnavailable):
        await store.get(damaged.task_id)
    assert await store.get(whole.task_id) == whole
