from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.keys.sqlite import SqliteKeyStore
from adapters.tasks.sqlite import SqliteTaskStore
from tests.contract.clauses.key_store import KeyStoreClauses
from tests.contract.task_factory import SteppedClock


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[SqliteKeyStore]:
    ledger = SqliteTaskStore(path, SteppedClock())
    await ledger.start()
    yield SqliteKeyStore(ledger)
    await ledger.aclose()


@pytest.fixture
async def keys(tmp_path: Path) -> AsyncIterator[SqliteKeyStore]:
    async with opened(tmp_path / "darkroom.db") as store:
        yield store


@pytest.fixture
async def other(tmp_path: Path, keys: SqliteKeyStore) -> AsyncIterator[SqliteKeyStore]:
    async with opened(tmp_path / "darkroom.db") as store:
        yield store


class TestKeyStore(KeyStoreClauses):
    pass
