from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.events.memory import MemoryEventBus
from adapters.tasks.memory import MemoryTaskStore
from adapters.tasks.sqlite import SqliteTaskStore
from tests.contract.clauses.event_bus import EventBusClauses
from tests.contract.task_factory import SteppedClock


@pytest.fixture
def bus() -> MemoryEventBus:
    return MemoryEventBus()


class TestOverMemory(EventBusClauses):
    @pytest.fixture
    def store(self, bus: MemoryEventBus) -> MemoryTaskStore:
        return MemoryTaskStore(SteppedClock(), bus.tell)


class TestOverSqlite(EventBusClauses):
    @pytest.fixture
    async def store(self, tmp_path: Path, bus: MemoryEventBus) -> AsyncIterator[SqliteTaskStore]:
        store = SqliteTaskStore(tmp_path / "darkroom.db", SteppedClock(), bus.tell)
        await store.start()
        yield store
        await store.aclose()
