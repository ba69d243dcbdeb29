"""Which tier is served next."""

from adapters.queue.dramatiq.tap import Pulled, TierTap
from domain.model.priority import Priority, TierClocks
from ports.clock import Elapsed


class TierTurns:
    """Reads a tap in the order of the tiers' clocks."""

    def __init__(self, clocks: TierClocks, elapsed: Elapsed) -> None:
        self._clocks, self._elapsed = clocks, elapsed

    def next(self, tap: TierTap) -> Pulled | None:
        for tier in self._clocks.order(self._elapsed()):
            pulled = tap.get(tier)
            self._clocks.restart(tier, self._elapsed())
            if pulled:
                return pulled
        return None

    def look(self, tap: TierTap) -> None:
        """A tier ages from its first waiting message on, not from the last pull: call it every
        second, so that a fresh low one does not pass an older high one when a slot gets free."""
        for tier in Priority:
            if not tap.waiting(tier):
                self._clocks.restart(tier, self._elapsed())
