"""When a receiver that does not answer is left alone for a while (Nygard, Release It!, 2007)."""

from dataclasses import dataclass

STRIKES = 5
"""Tries in a row without an answer before it opens."""
FIRST_S, LONGEST_S = 5.0, 60.0


@dataclass(frozen=True, slots=True)
class Circuit:
    """Closed: anybody may try. Open: nobody until `open_until`, and then one at a time. Times are
    of a monotonic clock."""

    strikes: int = 0
    open_until: float = 0.0

    def after(self, healthy: bool, now: float) -> "Circuit":
        """The circuit once a try has ended."""
        if healthy:
            return Circuit()
        strikes = self.strikes + 1
        if strikes < STRIKES:
            return Circuit(strikes)
        wait_s = min(LONGEST_S, FIRST_S * 2.0 ** min(strikes - STRIKES, 16))
        return Circuit(strikes, now + wait_s)

    def room(self, most: int, now: float) -> int:
        """How many may try at once now, of `most` on a good day."""
        if self.strikes < STRIKES:
            return most
        return 1 if now >= self.open_until else 0
