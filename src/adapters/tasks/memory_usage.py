"""What keys used, counted inside one process."""

from collections import defaultdict
from collections.abc import Sequence

from domain.model.task import Task
from domain.model.usage import KEPT_DAYS, DayUsage, Usage, day_of, used_by_ending
from ports.usage_store import UsageStore


class MemoryUsageStore(UsageStore):
    """The ledger in memory counts in it."""

    def __init__(self) -> None:
        self._days: dict[str, dict[str, Usage]] = defaultdict(dict)

    async def read(self, key_id: str, days: Sequence[str]) -> Sequence[DayUsage]:
        known = self._days.get(key_id, {})
        return [DayUsage(day, known[day]) for day in days if day in known]

    def accepted(self, task: Task) -> None:
        if task.key_id is not None:
            self._add(task.key_id, day_of(task.created_at), Usage(tasks=1))

    def ended(self, task: Task) -> None:
        used = used_by_ending(task)
        if used is not None and task.key_id is not None:
            self._add(task.key_id, used.day, used.used)

    def _add(self, key_id: str, day: str, used: Usage) -> None:
        days = self._days[key_id]
        days[day] = days.get(day, Usage()) + used
        if len(days) > KEPT_DAYS:
            del days[min(days)]
