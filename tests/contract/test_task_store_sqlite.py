import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from adapters.tasks.sqlite import SqliteTaskStore
from domain.model.task import OutboxRow
from tests.contract.clauses.task_store import Outbox, TaskStoreClauses
from tests.contract.clauses.task_store_forgetting import ForgettingClauses
from tests.contract.clauses.task_store_search import DueClauses, ListClauses
from tests.contract.task_factory import SteppedClock


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "darkroom.db"


@pytest.fixture
async def store(path: Path, clock: SteppedClock) -> AsyncIterator[SqliteTaskStore]:
    adapter = SqliteTaskStore(path, clock)
    await adapter.start()
    yield adapter
    await adapter.aclose()


@pytest.fixture
def outbox(path: Path) -> Outbox:
    async def read() -> list[OutboxRow]:
        # Through a connection of its own: what it sees is committed.
        with closing(sqlite3.connect(path)) as db:
            rows = db.execute("SELECT row_id, task_id, type, at FROM outbox ORDER BY at").fetchall()
        return [OutboxRow(*row) for row in rows]

    return read


class TestTaskStore(TaskStoreClauses):
    pass


class TestList(ListClauses):
    pass


class TestDue(DueClauses):
    pass


class TestForgetting(ForgettingClauses):
    pass
