from collections.abc import AsyncIterator

import pytest

from adapters.redis_client import RedisClient
from adapters.tasks.redis import RedisTaskStore
from adapters.tasks.redis_outbox import RedisWebhookOutbox
from tests.contract.clauses.task_store import TaskStoreClauses
from tests.contract.clauses.task_store_forgetting import ForgettingClauses
from tests.contract.clauses.task_store_search import DueClauses, ListClauses
from tests.contract.clauses.waiting_line import WaitingLineClauses
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
    def line(self, store: RedisTaskStore) -> RedisTaskStore:
        return store
