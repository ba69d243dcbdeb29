"""Counting calls in the memory of one process, by the `limits` library."""

import time

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from domain.model.quota import Quota, QuotaDecision
from ports.clock import Now
from ports.rate_limiter import RateLimiter


class MemoryRateLimiter(RateLimiter):
    """Counts end with the process and are its own: two gateways would allow twice as much.

    `now`: the clock the library reads too, `time.time` unless a test turns both.
    """

    def __init__(self, now: Now = time.time) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())
        self._now = now

    async def acquire(self, key: str, quota: Quota, cost: int = 1) -> QuotaDecision:
        if cost < 1:
            raise ValueError(f"a call costs at least 1, not {cost}")
        allowed = await self._window.hit(_item(quota), key, cost=cost)
        return await self._decide(key, quota, allowed, cost)

    async def peek(self, key: str, quota: Quota) -> QuotaDecision:
        allowed = await self._window.test(_item(quota), key)
        return await self._decide(key, quota, allowed)

    async def _decide(self, key: str, quota: Quota, allowed: bool, cost: int = 1) -> QuotaDecision:
        stats = await self._window.get_window_stats(_item(quota), key)
        return quota.decide(
            allowed=allowed,
            used=quota.limit - stats.remaining,
            oldest_leaves_in_s=stats.reset_time - self._now(),
            cost=cost,
        )


def _item(quota: Quota) -> RateLimitItemPerSecond:
    return RateLimitItemPerSecond(quota.limit, quota.window_s)
