import asyncio
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from textwrap import dedent
from uuid import uuid4

import pytest

from adapters import redis_client
from adapters.ratelimit.redis import RedisRateLimiter
from adapters.redis_client import RedisClient
from domain.model.quota import Quota
from ports.rate_limiter import RateLimiter
from tests.contract.clauses.rate_limiter import Advance, RateLimiterClauses
from tests.contract.redis_space import keys, redis_space, redis_url

SOURCE = Path(redis_client.__file__).parents[1]

AGE = """
    for _, key in ipairs(KEYS) do
      local ttl_ms, moments = redis.call('PTTL', key), redis.call('LRANGE', key, 0, -1)
      redis.call('DEL', key)
      for _, moment in ipairs(moments) do redis.call('RPUSH', key, moment - given.seconds) end
      redis.call('PEXPIRE', key, math.max(1, ttl_ms - given.seconds * 1000))
    end
"""
"""The server's clock can't be turned, so what is counted ages instead."""

CALLS_AT_ONCE = """
    import asyncio, sys, time
    sys.path.insert(0, sys.argv[1])
    hours_off = float(sys.argv[4])
    real, time.time = time.time, lambda: real() + 3600 * hours_off

    from adapters.ratelimit.redis import RedisRateLimiter
    from adapters.redis_client import RedisClient
    from domain.model.quota import Quota

    async def main():
        client = RedisClient(sys.argv[2], timeout_s=10.0)
        await client.start()
        limiter = RedisRateLimiter(client, sys.argv[3])
        await limiter.peek("k", Quota(100, 60))
        print("ready", flush=True)
        sys.stdin.readline()
        calls = [limiter.acquire("k", Quota(100, 60)) for _ in range(125)]
        print(sum(answer.allowed for answer in await asyncio.gather(*calls)))
        await client.aclose()

    asyncio.run(main())
"""


@pytest.fixture
async def space() -> AsyncIterator[tuple[RedisClient, str]]:
    async with redis_space() as space:
        yield space


@pytest.fixture
def limiter(space: tuple[RedisClient, str]) -> RateLimiter:
    return RedisRateLimiter(*space)


@pytest.fixture
def advance(space: tuple[RedisClient, str]) -> Advance:
    client, prefix = space
    age = client.script(dedent(AGE))

    async def advance(seconds: float) -> None:
        counted = [key.decode() for key in await keys(client, prefix)]
        await age(*counted, seconds=seconds)

    return advance


class TestRedisRateLimiter(RateLimiterClauses):
    pass


@pytest.mark.anyio
async def test_500_calls_at_once_from_4_processes_get_exactly_the_limit(
    space: tuple[RedisClient, str],
) -> None:
    """Their clocks disagree by hours, which changes nothing."""
    arguments = ["-c", dedent(CALLS_AT_ONCE), str(SOURCE), redis_url(), space[1]]
    pipe = asyncio.subprocess.PIPE
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, *arguments, str(hours_off), stdin=pipe, stdout=pipe
        )
        for hours_off in (-2, 0, 1, 48)
    ]
    for process in started:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    outputs = await asyncio.gather(*(process.communicate(b"\n") for process in started))
    assert sum(int(output) for output, _ in outputs) == 100


@pytest.mark.anyio
async def test_the_window_moves_with_the_servers_clock_alone(
    limiter: RateLimiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: 0.0)
    quota = Quota(limit=2, window_s=1)
    answers = [await limiter.acquire("k", quota) for _ in range(3)]
    assert [answer.allowed for answer in answers] == [True, True, False]
    await asyncio.sleep(answers[-1].retry_after_s)
    assert (await limiter.acquire("k", quota)).allowed


@pytest.mark.anyio
async def test_what_is_counted_is_forgotten_with_its_window(
    space: tuple[RedisClient, str], limiter: RateLimiter
) -> None:
    await limiter.acquire(uuid4().hex, Quota(limit=5, window_s=60))
    (counted,) = await keys(*space)
    assert 0 < await space[0].call("TTL", counted) <= 60
