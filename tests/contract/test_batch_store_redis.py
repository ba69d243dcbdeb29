from collections.abc import AsyncIterator

import pytest

from adapters.redis_client import RedisClient
from adapters.tasks.redis import RedisTaskStore
from adapters.tasks.redis_batches import RedisBatchStore
from tests.contract.clauses.batch_store import BatchStoreClauses, batch_of
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


class TestBatchStore(BatchStoreClauses):
    pass


@pytest.mark.anyio
async def test_names_made_of_parts_do_not_meet(
    batches: RedisBatchStore, space: tuple[RedisClient, str]
) -> None:
    """The key of one tenant's name is not that of another's, whatever colons are in them."""
    one, tasks = batch_of(1, "a", client_request_id="b:c")
    other, more = batch_of(1, "a:b", client_request_id="c")
    await batches.insert_once(one, tasks)
    assert await batches.insert_once(other, more) == other
