"""Whether more tasks may wait, and whether this key may still submit them today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from domain.model.errors import Overloaded, QueueQuotaExceeded
from domain.model.principal import Principal
from domain.model.priority import Priority
from domain.model.request import TaskRequest
from domain.use_cases.daily_tasks import DailyTasks
from domain.use_cases.forecast_start import ForecastStart
from ports.fair_line import FairLine
from ports.wakeup_queue import WakeupQueue

LONGEST_RETRY_S = 3600


UNSEEN = 1_000
"""Tasks that may have come since the queue was last asked for its depth."""


@dataclass(frozen=True, slots=True)
class DepthLimits:
    """How many tasks may wait: of all tenants, and of each."""

    total: int
    of_a_tenant: int


class FindRoom:
    """Asks nobody but the queue, whose depth is at hand; for few keys what is left of a day; and
    how much of a tenant waits only where that could be too much."""

    def __init__(
        self,
        queue: WakeupQueue,
        forecast: ForecastStart,
        day: DailyTasks,
        turns: FairLine,
        limits: DepthLimits,
    ) -> None:
        self._queue, self._forecast, self._day = queue, forecast, day
        self._turns, self._limits = turns, limits

    async def __call__(
        self, tenant: str, requests: Sequence[TaskRequest], caller: Principal | None = None
    ) -> None:
        """Returns when these may wait as well. Raises `Overloaded`, also for one that would not be
        started within its `ttl_s`: that is better told now than when it has expired;
        `QueueQuotaExceeded` and `DailyQuotaExceeded`. `caller`: None where nobody with a key
        asks."""
        depth = await self._queue.depth()
        waiting = sum(depth.values())
        if waiting + len(requests) > self._limits.total:
            raise Overloaded(f"{waiting} tasks are waiting already.", retry_after_s=5)
        for request in requests:
            if request.ttl_s is not None:
                self._refuse_in_vain(depth, request.priority, request.ttl_s)
        await self._refuse_a_flood(tenant, waiting, len(requests))
        await self._day(caller, len(requests))

    async def _refuse_a_flood(self, tenant: str, depth: int, tasks: int) -> None:
        """Nobody has more than `depth` waiting, which may be a moment old."""
        most = self._limits.of_a_tenant
        if depth + tasks + UNSEEN <= most:
            return
        waiting = await self._turns.waiting(tenant)
        if waiting + tasks > most:
            raise QueueQuotaExceeded(
                f"{waiting} of your tasks are waiting already; {most} may.", retry_after_s=5
            )

    def _refuse_in_vain(
        self, depth: Mapping[Priority, int], priority: Priority, ttl_s: float
    ) -> None:
        wait_s = self._forecast.wait_s(depth, priority)
        if wait_s is not None and wait_s > ttl_s:
            raise Overloaded(
                f"It would start in about {wait_s:.0f} s, and `ttl_s` is {ttl_s:g}.",
                remedy="Wait for the seconds named in `Retry-After`, or give a larger `ttl_s`.",
                retry_after_s=min(LONGEST_RETRY_S, ceil(wait_s - ttl_s)),
            )
