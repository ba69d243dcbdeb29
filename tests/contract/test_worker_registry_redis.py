import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from adapters.redis_client import RedisClient
from adapters.workers.redis import RedisWorkerRegistry
from domain.model.device import DeviceFacts
from domain.model.errors import StorageUnavailable
from tests.contract.clauses.worker_registry import (
    SILENCE_S,
    WorkerRegistryClauses,
    worker,
)
from tests.contract.redis_space import keys, redis_space
from tests.contract.task_factory import SteppedClock

Space = tuple[RedisClient, str]


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
async def space() -> AsyncIterator[Space]:
    async with redis_space() as space:
        yield space


@pytest.fixture
def registry(space: Space, clock: SteppedClock) -> RedisWorkerRegistry:
    return RedisWorkerRegistry(*space, clock)


class TestWorkerRegistry(WorkerRegistryClauses):
    pass


@pytest.mark.anyio
async def test_nothing_is_left_of_those_who_fell_silent(
    space: Space, registry: RedisWorkerRegistry
) -> None:
    client, prefix = space
    await registry.beat(worker("a"))
    kept = {key: await client.call("PTTL", key) for key in await keys(client, prefix)}
    assert len(kept) == 2
    assert all(0 < ttl_ms <= SILENCE_S * 1000 for ttl_ms in kept.values())


@pytest.mark.anyio
async def test_each_process_sees_the_workers_of_all(
    space: Space, registry: RedisWorkerRegistry, clock: SteppedClock
) -> None:
    other = RedisWorkerRegistry(*space, clock)
    await registry.beat(worker("a"))
    await other.beat(worker("b"))
    assert await registry.alive() == await other.alive()
    assert len(await other.alive()) == 2


@pytest.mark.anyio
async def test_what_a_newer_release_says_besides_is_passed_over(
    space: Space, registry: RedisWorkerRegistry
) -> None:
    client, prefix = space
    await registry.beat(replace(worker("a"), gpu=DeviceFacts(index=1, temperature_c=60)))
    (before,) = await registry.alive()
    said = json.loads(await client.call("GET", f"{prefix}worker:a"))
    more = said | {"mood": "fine", "gpu": said["gpu"] | {"fan_rpm": 900}}
    await client.call("SET", f"{prefix}worker:a", json.dumps(more))
    assert await registry.alive() == (before,)


@pytest.mark.anyio
async def test_what_an_older_release_does_not_say_has_its_default(
    space: Space, registry: RedisWorkerRegistry
) -> None:
    client, prefix = space
    await registry.beat(worker("a"))
    said = json.loads(await client.call("GET", f"{prefix}worker:a"))
    del said["gpu"], said["loaded"]
    await client.call("SET", f"{prefix}worker:a", json.dumps(said))
    [told] = await registry.alive()
    assert (told.gpu, told.loaded) == (None, ())


@pytest.mark.anyio
@pytest.mark.parametrize("said", ["{", "[]", "{}", '{"state": "asleep"}', '{"gpu": 7}'])
async def test_what_can_not_be_read_is_unavailable(
    space: Space, registry: RedisWorkerRegistry, said: str
) -> None:
    client, prefix = space
    await registry.beat(worker("a"))
    await client.call("SET", f"{prefix}worker:a", said)
    with pytest.raises(StorageUnavailable):
        await registry.alive()
