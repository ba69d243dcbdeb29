from collections.abc import AsyncIterator

import pytest

from adapters.redis_client import RedisClient
from adapters.tasks.redis import RedisTaskStore
from adapters.tasks.redis_outbox import RedisWebhookOutbox
from adapters.telemetry.memory import MemoryTelemetry
from tests.contract.clauses.webhook_outbox import WebhookOutboxClauses
from tests.contract.clauses.webhook_races import WebhookRaceClauses
from tests.contract.redis_space import redis_space
from tests.contract.task_factory import SteppedClock


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
async def space() -> AsyncIterator[tuple[RedisClient, str]]:
    async with redis_space() as space:
        yield space


@pytest.fixture
async def store(space: tuple[RedisClient, str], clock: SteppedClock) -> RedisTaskStore:
    adapter = RedisTaskStore(*space, clock, warn=lambda _risk: None)
    await adapter.start()
    return adapter


@pytest.fixture
def outbox(space: tuple[RedisClient, str], clock: SteppedClock) -> RedisWebhookOutbox:
    return RedisWebhookOutbox(*space, clock)


class TestWebhookOutbox(WebhookOutboxClauses):
    pass


class TestRaces(WebhookRaceClauses):
    @pytest.fixture
    def telemetry(self) -> MemoryTelemetry:
        return MemoryTelemetry()
