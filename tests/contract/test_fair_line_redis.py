from collections.abc import AsyncIterator

import pytest

from adapters.redis_client import RedisClient
from adapters.tasks.redis import RedisTaskStore
from adapters.tasks.redis_batches import RedisBatchStore
from adapters.tasks.redis_fair_line import RedisFairLine
from tests.contract.clauses.fair_line import FairLineClauses
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
def batches(space: tuple[RedisClient, str], clock: SteppedClock) -> RedisBatchStore:
    return RedisBatchStore(*space, clock)


@pytest.fixture
def turns(space: tuple[RedisClient, str], clock: SteppedClock) -> RedisFairLine:
    return RedisFairLine(*space, clock)


class TestFairLine(FairLineClauses):
    pass
