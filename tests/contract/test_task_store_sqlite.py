from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.tasks.sqlite import SqliteTaskStore
from adapters.tasks.sqlite_outbox import SqliteWebhookOutbox
from tests.contract.clauses.task_store import TaskStoreClauses
from tests.contract.clauses.task_store_forgetting import ForgettingClauses
from tests.contract.clauses.task_store_search import DueClauses, ListClauses
from tests.contract.clauses.waiting_line import WaitingLineClauses
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
def outbox(store: SqliteTaskStore) -> SqliteWebhookOutbox:
    return SqliteWebhookOutbox(store)


class TestTaskStore(TaskStoreClauses):
    pass


class TestList(ListClauses):
    pass


class TestDue(DueClauses):
    pass


class TestForgetting(ForgettingClauses):
    pass


class TestWaitingLine(WaitingLineClauses):
    @pytest.fixture
    def line(self, store: SqliteTaskStore) -> SqliteTaskStore:
        return store
