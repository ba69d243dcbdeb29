from collections.abc import AsyncIterator

import pytest

from adapters.keys.redis import RedisKeyStore
from adapters.redis_client import RedisClient
from tests.contract.clauses.key_store import KeyStoreClauses
from tests.contract.redis_space import redis_space, redis_url


@pytest.fixture
async def space() -> AsyncIterator[tuple[RedisClient, str]]:
    async with redis_space() as space:
        yield space


@pytest.fixture
def keys(space: tuple[RedisClient, str]) -> RedisKeyStore:
    return RedisKeyStore(*space)


@pytest.fixture
async def other(space: tuple[RedisClient, str]) -> AsyncIterator[RedisKeyStore]:
    client = RedisClient(redis_url(), timeout_s=10.0)
    await client.start()
    yield RedisKeyStore(client, space[1])
    await client.aclose()


class TestKeyStore(KeyStoreClauses):
    pass
