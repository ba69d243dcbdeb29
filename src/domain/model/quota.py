"""How many calls one key may make."""

from dataclasses import dataclass
from math import floor


@dataclass(frozen=True, slots=True)
class QuotaDecision:
    """`remaining`: what could still be taken now. `reset_s`: whole seconds until the oldest
    counted call leaves the window and something returns; 0 when nothing is counted.
    `retry_after_s`: 0 when allowed, else at least 1, and enough for a call of cost 1."""

    allowed: bool
    limit: int
    remaining: int
    retry_after_s: int
    reset_s: int


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `limit` units in any stretch of `window_s` seconds, wherever it begins."""

    limit: int
    window_s: int

    def __post_init__(self) -> None:
        if self.limit < 1 or self.window_s < 1:
            raise ValueError(f"a quota has at least one unit in at least one second: {self}")

    def decide(
        self, *, allowed: bool, used: int, oldest_leaves_in_s: float, cost: int = 1
    ) -> QuotaDecision:
        """The decision, with its waits rounded up to the next whole second: a caller who waits
        that long is past the edge, not on it."""
        reset_s = max(0, floor(oldest_leaves_in_s)) + 1 if used else 0
        return QuotaDecision(
            allowed=allowed,
            limit=self.limit,
            remaining=max(0, self.limit - used),
            retry_after_s=0 if allowed else self._wait_s(reset_s, cost),
            reset_s=reset_s,
        )

    def _wait_s(self, reset_s: int, cost: int) -> int:
        """No wait suffices for more than the whole quota; then one window, to slow them down."""
        return self.window_s if cost > self.limit else max(1, reset_s)
