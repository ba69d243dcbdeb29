from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.events.memory import MemoryEventBus
from adapters.tasks.memory import MemoryTaskStore
from adapters.tasks.sqlite import SqliteTaskStore
from adapters.telemetry.memory import MemoryTelemetry
from tests.contract.clauses.event_bus import EventBusClauses
from tests.contract.clauses.following import FollowingClauses
from tests.contract.task_factory import SteppedClock


@pytest.fixture
def bus() -> MemoryEventBus:
    return MemoryEventBus()


@pytest.fixture
def telemetry() -> MemoryTelemetry:
    return MemoryTelemetry()


class OverMemory:
    @pytest.fixture
    def store(self, bus: MemoryEventBus) -> MemoryTaskStore:
        return MemoryTaskStore(SteppedClock(), bus.tell)


class OverSqlite:
    @pytest.fixture
    async def store(self, tmp_path: Path, bus: MemoryEventBus) -> AsyncIterator[SqliteTaskStore]:
        store = SqliteTaskStore(tmp_path / "darkroom.db", SteppedClock(), bus.tell)
        await store.start()
        yield store
        await store.aclose()


class TestOverMemory(OverMemory, EventBusClauses):
    pass


class TestOverSqlite(OverSqlite, EventBusClauses):
    pass


class TestFollowingOverMemory(OverMemory, FollowingClauses):
    pass


class TestFollowingOverSqlite(OverSqlite, FollowingClauses):
    pass
