"""What the ledger says, at the start, of a server that may lose what was accepted."""

import pytest

from adapters.redis_client import RedisClient
from adapters.tasks.redis import RedisTaskStore
from domain.model.errors import StorageUnavailable
from tests.contract.redis.own_server import Connect
from tests.contract.task_factory import SteppedClock
from tests.servers.redis_server import RedisServer

pytestmark = pytest.mark.anyio


async def told(client: RedisClient, allow_eviction: bool = False) -> list[str]:
    """The warnings of a start."""
    warnings: list[str] = []
    store = RedisTaskStore(
        client, "t:", SteppedClock(), allow_eviction=allow_eviction, warn=warnings.append
    )
    await store.start()
    return warnings


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
async def test_a_server_that_may_evict_is_refused(client: RedisClient, policy: str) -> None:
    await client.call("CONFIG SET", "maxmemory-policy", policy)
    with pytest.raises(StorageUnavailable, match=policy) as caught:
        await told(client)
    assert "noeviction" in caught.value.hint
    assert "REDIS_ALLOW_EVICTION" in caught.value.hint


async def test_unless_that_is_allowed_and_then_it_is_said_aloud(client: RedisClient) -> None:
    await client.call("CONFIG SET", "maxmemory-policy", "allkeys-lru")
    assert "may drop accepted tasks" in (await told(client, allow_eviction=True))[0]


async def test_a_server_without_an_append_only_file_is_warned_of(client: RedisClient) -> None:
    await client.call("CONFIG SET", "appendonly", "no")
    (warning,) = await told(client)
    assert "appendonly yes" in warning


@pytest.mark.parametrize(("fsync", "risk"), [("everysec", "up to 1 s"), ("no", "up to about 30 s")])
async def test_what_a_power_cut_takes_is_said(client: RedisClient, fsync: str, risk: str) -> None:
    await client.call("CONFIG SET", "appendfsync", fsync)
    (warning,) = await told(client)
    assert fsync in warning
    assert risk in warning


async def test_a_server_that_keeps_everything_gives_no_cause(client: RedisClient) -> None:
    await client.call("CONFIG SET", "appendfsync", "always")
    assert await told(client) == []


@pytest.mark.parametrize(
    ("forbidden", "said"), [("-config", "CONFIG GET"), ("-info", "INFO"), ("-@admin", "CONFIG GET")]
)
async def test_a_server_that_does_not_tell_its_settings_is_used_all_the_same(
    server: RedisServer, client: RedisClient, connect: Connect, forbidden: str, said: str
) -> None:
    rights = ("~*", "+@all", forbidden)
    await client.call("ACL SETUSER", "guest", "on", ">word", *rights)
    guest = await connect(server.url.replace("//", "//guest:word@"))
    (warning,) = await told(guest)
    assert said in warning
