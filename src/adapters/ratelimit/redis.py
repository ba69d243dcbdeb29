"""Counting calls in Redis, by the moving window of the `limits` library.

The library's own client reads the clock of the caller and asks twice a call, the second time for a
count that takes a search. Here it is one script by the server's clock: one round trip, no search,
and no caller's clock matters.
"""

from functools import lru_cache
from pathlib import Path

from limits import RateLimitItemPerSecond
from limits.aio.storage.redis.bridge import RedisBridge

from adapters.redis_client import RedisClient
from domain.model.quota import Quota, QuotaDecision
from ports.lifecycle import Lifecycle
from ports.rate_limiter import RateLimiter

SCRIPT = f"""
local function acquire(KEYS, ARGV) {RedisBridge.SCRIPT_ACQUIRE_MOVING_WINDOW.decode()} end
{Path(__file__).with_name("window.lua").read_text(encoding="utf-8")}
"""


class RedisRateLimiter(RateLimiter, Lifecycle):
    """Exact for any number of processes: each call is one script, and scripts run one by one. One
    that has to be sent again, because the link broke before its answer came, may count twice."""

    def __init__(self, client: RedisClient, prefix: str) -> None:
        self._client, self._prefix = client, prefix
        self._window = client.script(SCRIPT)

    async def ping(self) -> None:
        await self._client.ping()

    async def acquire(self, key: str, quota: Quota, cost: int = 1) -> QuotaDecision:
        if cost < 1:
            raise ValueError(f"a call costs at least 1, not {cost}")
        taken, used, leaves_in_s = await self._looked(key, quota, cost)
        return quota.decide(
            allowed=bool(taken), used=used, oldest_leaves_in_s=float(leaves_in_s), cost=cost
        )

    async def peek(self, key: str, quota: Quota) -> QuotaDecision:
        _, used, leaves_in_s = await self._looked(key, quota, cost=0)
        return quota.decide(
            allowed=used < quota.limit, used=used, oldest_leaves_in_s=float(leaves_in_s)
        )

    async def _looked(self, key: str, quota: Quota, cost: int) -> tuple[int, int, bytes]:
        taken, used, leaves_in_s = await self._window(
            self._prefix + _item(quota).key_for(key),
            limit=quota.limit,
            window_s=quota.window_s,
            cost=cost,
        )
        return taken, used, leaves_in_s


@lru_cache(maxsize=64)
def _item(quota: Quota) -> RateLimitItemPerSecond:
    return RateLimitItemPerSecond(quota.limit, quota.window_s)
