"""What a key used."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.model.usage import DayUsage, Usage, last_days
from ports.clock import Now
from ports.usage_store import UsageStore


@dataclass(frozen=True, slots=True)
class UsageReport:
    """`days` on which something was used, rising, and their sum."""

    first_day: str
    last_day: str
    total: Usage
    days: Sequence[DayUsage]


class ReadUsage:
    def __init__(self, usage: UsageStore, now: Now) -> None:
        self._usage, self._now = usage, now

    async def __call__(self, key_id: str, days: int) -> UsageReport:
        """Of the last `days` days of UTC, today among them."""
        asked = last_days(self._now(), days)
        found = await self._usage.read(key_id, asked)
        total = sum((day.used for day in found), Usage())
        return UsageReport(asked[0], asked[-1], total, found)
