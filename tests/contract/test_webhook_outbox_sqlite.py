from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.tasks.sqlite import SqliteTaskStore
from adapters.tasks.sqlite_outbox import SqliteWebhookOutbox
from adapters.telemetry.memory import MemoryTelemetry
from tests.contract.clauses.webhook_outbox import WebhookOutboxClauses
from tests.contract.clauses.webhook_races import WebhookRaceClauses
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


class TestWebhookOutbox(WebhookOutboxClauses):
    pass


class TestRaces(WebhookRaceClauses):
    @pytest.fixture
    def telemetry(self) -> MemoryTelemetry:
        return MemoryTelemetry()
