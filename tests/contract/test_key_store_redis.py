from collections.abc import AsyncIterator

import pytest

from adapters.keys.redis import RedisKeyStore
from tests.contract.clauses.key_store import KEYS, KeyStoreClauses
from tests.contract.redis_space import keys as names
from tests.contract.redis_space import redis_space

pytestmark = pytest.mark.anyio


@pytest.fixture
async def keys() -> AsyncIterator[RedisKeyStore]:
    """The first key comes from the settings, the others were added."""
    async with redis_space() as (client, prefix):
        store = RedisKeyStore(client, prefix, KEYS[:1])
        for tenant, key in KEYS[1:]:
            await store.add(tenant, key)
        yield store


class TestRedisKeyStore(KeyStoreClauses):
    pass


async def test_what_one_gateway_adds_and_revokes_counts_for_all() -> None:
    async with redis_space() as (client, prefix):
        here, there = RedisKeyStore(client, prefix), RedisKeyStore(client, prefix)
        holder = await here.add("acme", "a-fresh-key")
        assert await there.verify("a-fresh-key") == holder
        await there.revoke("a-fresh-key")
        assert await here.verify("a-fresh-key") is None


async def test_keys_of_the_settings_outlive_a_flush_and_no_key_is_stored() -> None:
    async with redis_space() as (client, prefix):
        store = RedisKeyStore(client, prefix, [("acme", "settled")])
        await store.add("acme", "added")
        for name in await names(client, prefix):
            assert b"added" not in repr(await client.call("HGETALL", name)).encode()
            await client.call("DEL", name)
        assert await store.verify("added") is None
        assert await store.verify("settled") is not None
