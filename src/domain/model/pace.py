"""How fast a backlog is being worked off, measured while there is one."""

from collections import deque
from dataclasses import dataclass, field

ENOUGH_STARTS = 20
LEAST_S, MOST_S = 5.0, 600.0


@dataclass(slots=True)
class Pace:
    """Starts counted where tasks waited all the while: what a service does with nothing to do says
    nothing of what it could. Judged by the last starts only, so that a worker more or less is
    noticed soon. Times are seconds of a monotonic clock."""

    _seen: deque[tuple[float, int]] = field(default_factory=deque)

    def note(self, at_s: float, starts: int | None, waiting: int) -> None:
        """`starts`: how many were counted so far; None, or fewer than before, where some may have
        been missed."""
        if starts is None or waiting == 0 or (self._seen and starts < self._seen[-1][1]):
            self._seen.clear()
        if starts is None or waiting == 0:
            return
        self._seen.append((at_s, starts))
        while len(self._seen) > 1 and self._may_forget(self._seen[1], at_s, starts):
            self._seen.popleft()

    @property
    def per_s(self) -> float | None:
        """Starts a second; None where too few were seen to say."""
        if len(self._seen) < 2:
            return None
        (since_s, before), (at_s, starts) = self._seen[0], self._seen[-1]
        sure = starts - before >= ENOUGH_STARTS and at_s - since_s >= LEAST_S
        return (starts - before) / (at_s - since_s) if sure else None

    def _may_forget(self, second: tuple[float, int], at_s: float, starts: int) -> bool:
        """Whether what begins with the second sample is enough, or the first is too old."""
        since_s, before = second
        enough = starts - before >= ENOUGH_STARTS and at_s - since_s >= LEAST_S
        return enough or at_s - since_s > MOST_S
