"""What every rate limiter does."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from domain.model.quota import Quota
from ports.rate_limiter import RateLimiter

Advance = Callable[[float], Awaitable[None]]
FIVE = Quota(limit=5, window_s=2)


async def taken(limiter: RateLimiter, key: str, quota: Quota, tries: int) -> int:
    """How many of so many tries at once are allowed."""
    answers = await asyncio.gather(*(limiter.acquire(key, quota) for _ in range(tries)))
    return sum(answer.allowed for answer in answers)


class RateLimiterClauses:
    """The binding gives fixtures `limiter`, counting nothing yet, and `advance`, which lets so
    many seconds pass on the limiter's clock."""

    pytestmark = pytest.mark.anyio

    async def test_01_the_limit_is_met_and_not_passed(self, limiter: RateLimiter) -> None:
        answers = [await limiter.acquire("k", FIVE) for _ in range(7)]
        assert [answer.allowed for answer in answers] == [True] * 5 + [False] * 2
        assert [answer.remaining for answer in answers] == [4, 3, 2, 1, 0, 0, 0]
        assert {answer.limit for answer in answers} == {5}

    async def test_02_callers_at_once_get_exactly_the_limit(self, limiter: RateLimiter) -> None:
        assert await taken(limiter, "k", Quota(limit=50, window_s=30), tries=400) == 50

    async def test_03_refused_calls_cost_nothing(
        self, limiter: RateLimiter, advance: Advance
    ) -> None:
        await taken(limiter, "k", FIVE, tries=5)
        await advance(1)
        assert await taken(limiter, "k", FIVE, tries=50) == 0
        await advance(1.5)
        assert await taken(limiter, "k", FIVE, tries=50) == 5

    async def test_04_no_double_burst_at_any_edge(
        self, limiter: RateLimiter, advance: Advance
    ) -> None:
        allowed = []
        for _ in range(10):
            allowed.append(await taken(limiter, "k", FIVE, tries=5))
            await advance(0.5)
        within_a_window = [sum(allowed[n : n + 4]) for n in range(len(allowed))]
        assert max(within_a_window) == 5
        assert sum(allowed) >= 10, "and what has left the window is given again"

    async def test_05_keys_and_quotas_are_buckets_of_their_own(self, limiter: RateLimiter) -> None:
        for key in ("a", "b", "a/b", "", "::1", "ключ", "a b"):
            assert await taken(limiter, key, FIVE, tries=6) == 5
        assert await taken(limiter, "a", Quota(limit=2, window_s=2), tries=6) == 2

    async def test_06_a_cost_is_taken_whole_or_not_at_all(self, limiter: RateLimiter) -> None:
        assert (await limiter.acquire("k", FIVE, cost=3)).remaining == 2
        refused = await limiter.acquire("k", FIVE, cost=3)
        assert (refused.allowed, refused.remaining) == (False, 2)
        assert (await limiter.acquire("k", FIVE, cost=2)).allowed
        with pytest.raises(ValueError, match="at least 1"):
            await limiter.acquire("k", FIVE, cost=0)

    async def test_07_more_than_the_limit_is_refused(self, limiter: RateLimiter) -> None:
        refused = await limiter.acquire("k", FIVE, cost=6)
        assert not refused.allowed
        assert refused.retry_after_s >= 1
        assert await taken(limiter, "k", FIVE, tries=6) == 5

    async def test_08_who_waits_as_told_is_let_in(
        self, limiter: RateLimiter, advance: Advance
    ) -> None:
        await limiter.acquire("k", FIVE)
        await advance(0.7)
        await taken(limiter, "k", FIVE, tries=4)
        refused = await limiter.acquire("k", FIVE)
        assert 1 <= refused.retry_after_s == refused.reset_s <= FIVE.window_s
        await advance(refused.retry_after_s)
        assert (await limiter.acquire("k", FIVE)).allowed

    async def test_09_an_allowed_call_need_not_wait(self, limiter: RateLimiter) -> None:
        first = await limiter.acquire("k", FIVE)
        assert first.retry_after_s == 0
        assert 1 <= first.reset_s <= FIVE.window_s + 1

    async def test_10_looking_costs_nothing(self, limiter: RateLimiter, advance: Advance) -> None:
        fresh = await limiter.peek("k", FIVE)
        assert (fresh.allowed, fresh.remaining, fresh.reset_s) == (True, 5, 0)
        await asyncio.gather(*(limiter.peek("k", FIVE) for _ in range(20)))
        assert await taken(limiter, "k", FIVE, tries=6) == 5
        spent = await limiter.peek("k", FIVE)
        assert (spent.allowed, spent.remaining) == (False, 0)
        assert spent.retry_after_s >= 1
        await advance(2.5)
        assert (await limiter.peek("k", FIVE)).remaining == 5
