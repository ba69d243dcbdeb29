"""Which tier a free slot takes from next: one pure function for every queue backend.

Order is high, normal, low. Ageing guarantees the lower tiers a share: a tier that had
something waiting and was not served for its budget goes first for one pull, then its clock
restarts, and it may not go first again before high had its turn: else tasks longer than the
budget would keep the high ones out. The promise, per slot and under any load: a tier starts
something within its budget plus three tasks' time, and high has at least every third start.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf


class Priority(StrEnum):
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Ageing:
    """How long a tier may be passed over, in seconds of a monotonic clock."""

    normal_s: float = 30.0
    low_s: float = 120.0

    def budget_s(self, tier: Priority) -> float:
        return {Priority.NORMAL: self.normal_s, Priority.LOW: self.low_s}.get(tier, inf)


def pull_order(
    now_s: float, last_served_s: Mapping[Priority, float], ageing: Ageing
) -> tuple[Priority, ...]:
    """The tiers in the order to try; `last_served_s` says when each was last served or empty."""

    def overdue_s(tier: Priority) -> float:
        return now_s - last_served_s.get(tier, now_s) - ageing.budget_s(tier)

    def had_no_turn_after_high(tier: Priority) -> bool:
        return last_served_s.get(tier, now_s) <= last_served_s.get(Priority.HIGH, now_s)

    aged = [t for t in Priority if overdue_s(t) >= 0 and had_no_turn_after_high(t)]
    # All of them, for a consumer finds out that the first is empty only by trying it.
    first = sorted(aged, key=overdue_s, reverse=True)
    return (*first, *(tier for tier in Priority if tier not in first))


@dataclass(slots=True)
class TierClocks:
    """When each tier was last served or found empty; one a queue's consumer in each process."""

    ageing: Ageing = field(default_factory=Ageing)
    _last_s: dict[Priority, float] = field(default_factory=dict)

    def order(self, now_s: float) -> tuple[Priority, ...]:
        for tier in Priority:
            self._last_s.setdefault(tier, now_s)
        return pull_order(now_s, self._last_s, self.ageing)

    def restart(self, tier: Priority, now_s: float) -> None:
        """Call it when `tier` was served, and when it was tried and found empty."""
        self._last_s[tier] = now_s
