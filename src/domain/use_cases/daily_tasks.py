"""How many tasks a key may still submit in 24 hours."""

from domain.model.errors import DailyQuotaExceeded
from domain.model.principal import Principal
from domain.model.quota import Quota, QuotaDecision
from ports.rate_limiter import RateLimiter

DAY_S = 86_400


class DailyTasks:
    def __init__(self, limiter: RateLimiter) -> None:
        self._limiter = limiter

    async def __call__(self, caller: Principal | None, tasks: int) -> None:
        """Takes `tasks`, or raises `DailyQuotaExceeded` and takes none."""
        if caller is None or caller.daily_tasks is None:
            return
        quota = Quota(caller.daily_tasks, DAY_S)
        decision = await self._limiter.acquire(_bucket(caller), quota, tasks)
        if not decision.allowed:
            raise DailyQuotaExceeded(
                f"This key may submit {quota.limit} tasks in 24 hours, and {decision.remaining} "
                "are left.",
                retry_after_s=decision.retry_after_s,
            )

    async def left(self, caller: Principal) -> QuotaDecision | None:
        """What is left; None: any number. Costs nothing."""
        if caller.daily_tasks is None:
            return None
        return await self._limiter.peek(_bucket(caller), Quota(caller.daily_tasks, DAY_S))


def key_id_of(caller: Principal | None) -> str | None:
    """For the task: under whose usage it counts."""
    return None if caller is None else caller.key_id


def _bucket(caller: Principal) -> str:
    return f"daily:{caller.key_id}"
