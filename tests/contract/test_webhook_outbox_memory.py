import pytest

from adapters.tasks.memory import MemoryTaskStore
from adapters.tasks.memory_outbox import MemoryWebhookOutbox
from adapters.telemetry.memory import MemoryTelemetry
from tests.contract.clauses.webhook_outbox import WebhookOutboxClauses
from tests.contract.clauses.webhook_races import WebhookRaceClauses
from tests.contract.task_factory import SteppedClock


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def outbox(clock: SteppedClock) -> MemoryWebhookOutbox:
    return MemoryWebhookOutbox(clock)


@pytest.fixture
def store(clock: SteppedClock, outbox: MemoryWebhookOutbox) -> MemoryTaskStore:
    return MemoryTaskStore(clock, outbox=outbox)


class TestWebhookOutbox(WebhookOutboxClauses):
    pass


class TestRaces(WebhookRaceClauses):
    @pytest.fixture
    def telemetry(self) -> MemoryTelemetry:
        return MemoryTelemetry()
