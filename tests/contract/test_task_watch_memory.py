from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.tasks.memory import MemoryTaskStore
from adapters.tasks.sqlite import SqliteTaskStore
from adapters.watch.memory import MemoryTaskWatch
from tests.contract.clauses.task_watch import TaskWatchClauses
from tests.contract.task_factory import SteppedClock


@pytest.fixture
def watch() -> MemoryTaskWatch:
    return MemoryTaskWatch()


class TestOverMemory(TaskWatchClauses):
    @pytest.fixture
    def store(self, watch: MemoryTaskWatch) -> MemoryTaskStore:
        return MemoryTaskStore(SteppedClock(), watch.tell)


class TestOverSqlite(TaskWatchClauses):
    @pytest.fixture
    async def store(self, tmp_path: Path, watch: MemoryTaskWatch) -> AsyncIterator[SqliteTaskStore]:
        store = SqliteTaskStore(tmp_path / "darkroom.db", SteppedClock(), watch.tell)
        await store.start()
        yield store
        await store.aclose()
