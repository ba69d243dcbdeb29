import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from adapters.events.redis import RedisEventBus
from adapters.redis_client import RedisClient
from adapters.tasks.redis import RedisTaskStore
from adapters.telemetry.memory import MemoryTelemetry
from domain.model.life_cycle import claim
from domain.model.task import STARTED
from ports.event_bus import MISSED
from tests.contract.clauses.event_bus import SOON_S, EventBusClauses, heard
from tests.contract.clauses.following import FollowingClauses
from tests.contract.redis_space import redis_space, redis_url
from tests.contract.task_factory import POLICY, START, SteppedClock, pending
from tests.servers.tcp_link import tcp_link

Space = tuple[RedisClient, str]


@pytest.fixture
async def space() -> AsyncIterator[Space]:
    async with redis_space() as space:
        yield space


@pytest.fixture
async def store(space: Space) -> RedisTaskStore:
    return RedisTaskStore(*space, SteppedClock(), warn=lambda _risk: None)


async def subscribed(bus: RedisEventBus) -> RedisEventBus:
    """Started, and past the moment from which it hears."""
    with bus.listen("any") as changed:
        await bus.start()
        async with asyncio.timeout(SOON_S):
            assert await changed(SOON_S) is MISSED
    return bus


@pytest.fixture
async def bus(space: Space) -> AsyncIterator[RedisEventBus]:
    bus = await subscribed(RedisEventBus(*space))
    yield bus
    await bus.aclose()


@pytest.fixture
def telemetry() -> MemoryTelemetry:
    return MemoryTelemetry()


class TestEventBus(EventBusClauses):
    pass


class TestFollowing(FollowingClauses):
    pass


@pytest.mark.anyio
async def test_a_lost_link_is_taken_up_again_and_who_waits_is_told_to_look(
    space: Space, store: RedisTaskStore
) -> None:
    address = urlsplit(redis_url())
    async with tcp_link(address.port or 6379) as link:
        client = RedisClient(address._replace(netloc=f"127.0.0.1:{link.port}").geturl())
        await client.start()
        bus = await subscribed(RedisEventBus(client, space[1]))
        task = await store.insert_once(pending(), None)
        with bus.listen(task.task_id) as changed:
            await link.cut()
            async with asyncio.timeout(SOON_S):
                assert await changed(SOON_S) is MISSED
            assert bus.starts() == 0
            assert await store.replace(claim(task, START, "w", POLICY).task, task.revision)
            assert await heard(changed) is STARTED
            assert bus.starts() == 1
        await bus.aclose()
        await client.aclose()
