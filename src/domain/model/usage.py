"""What a key used, by days of UTC."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from domain.model.task import Task

KEPT_DAYS = 92
FIRST_S, LAST_S = 10 * 365 * 86_400.0, 253_402_300_799.0
"""What a calendar can say, with room for the days before; times beyond count at its ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """`tasks` that were accepted; `gpu_ms` the device worked on those that succeeded, and the
    `bytes` of their results."""

    tasks: int = 0
    gpu_ms: int = 0
    bytes: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            tasks=self.tasks + other.tasks,
            gpu_ms=self.gpu_ms + other.gpu_ms,
            bytes=self.bytes + other.bytes,
        )


@dataclass(frozen=True, slots=True)
class DayUsage:
    """`day`: YYYY-MM-DD."""

    day: str
    used: Usage


def day_of(at: float) -> str:
    return _date(at).isoformat()


def last_days(now: float, number: int) -> list[str]:
    """The days up to today, rising."""
    today = _date(now)
    return [(today - timedelta(days=back)).isoformat() for back in reversed(range(number))]


def used_by_ending(task: Task) -> DayUsage | None:
    """What the end of `task` adds for its key; None: nothing. For the move that ended it alone."""
    if task.key_id is None or task.result is None or task.finished_at is None:
        return None
    used = Usage(gpu_ms=task.timing.infer_ms, bytes=task.result.bytes)
    return DayUsage(day_of(task.finished_at), used)


def _date(at: float) -> date:
    return datetime.fromtimestamp(min(max(at, FIRST_S), LAST_S), UTC).date()
