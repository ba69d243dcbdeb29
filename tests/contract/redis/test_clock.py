"""The server's clock, as processes with other clocks see it."""

import asyncio
import time
from collections.abc import Callable

import pytest

from adapters.redis_client import RedisClient
from adapters.tasks.redis_clock import RedisClock
from domain.model.errors import StorageUnavailable
from tests.servers.redis_server import RedisServer

pytestmark = pytest.mark.anyio


async def server_time(client: RedisClient) -> float:
    seconds, micros = await client.call("TIME")
    return int(seconds) + int(micros) / 1e6


async def reached(state: Callable[[], bool]) -> None:
    while not state():  # noqa: ASYNC110 - a clock tells nobody that it was set
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("off_s", [0.0, -1e6, 1e6])
async def test_it_tells_the_servers_time_whatever_the_machine_says(
    client: RedisClient, monkeypatch: pytest.MonkeyPatch, off_s: float
) -> None:
    monkeypatch.setattr(time, "time", lambda: 0.0)
    clock = RedisClock(client, lambda: time.monotonic() + off_s)
    await clock.start()
    # A reading lies between two of the server's, give or take the round trip it was measured by.
    asked = time.monotonic()
    before = await server_time(client)
    told = clock.now()
    after = await server_time(client)
    took = time.monotonic() - asked
    assert before - took - 0.05 <= told <= after + took + 0.05
    await clock.aclose()


async def test_it_costs_no_round_trip(server: RedisServer, client: RedisClient) -> None:
    clock = RedisClock(client)
    await clock.start()
    server.kill()
    first = clock.now()
    assert clock.now() >= first
    await clock.aclose()


async def test_it_is_measured_again_and_an_outage_ends_nothing(
    server: RedisServer, client: RedisClient
) -> None:
    jump_s, looks = 0.0, 0

    def elapsed() -> float:
        nonlocal looks
        looks += 1
        return time.monotonic() + jump_s

    clock = RedisClock(client, elapsed, refresh_s=0.01)
    await clock.start()
    true = clock.now() - time.monotonic()
    server.kill()
    looks = 0
    await asyncio.wait_for(reached(lambda: looks >= 2), 30)
    server.start()
    jump_s = 1e6
    await asyncio.wait_for(reached(lambda: abs(clock.now() - time.monotonic() - true) < 1e3), 30)
    await clock.aclose()


async def test_before_it_was_read_it_tells_nothing(client: RedisClient) -> None:
    clock = RedisClock(client)
    with pytest.raises(StorageUnavailable):
        clock.now()
    await clock.aclose()


async def test_without_a_server_it_does_not_start(server: RedisServer, client: RedisClient) -> None:
    server.kill()
    clock = RedisClock(client)
    with pytest.raises(StorageUnavailable):
        await clock.start()
    await clock.aclose()
