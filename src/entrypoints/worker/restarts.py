"""When a dead worker is started again, and when that is pointless."""

from collections import deque
from dataclasses import dataclass, field

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0


@dataclass(slots=True)
class Restarts:
    """The deaths of one worker. A worker that dies `most` times within `window_s` before it has
    worked is broken, and starting it once more would only burn the machine. One that has worked is
    not: there are tasks that kill whoever runs them, and the ledger gives each of those up."""

    most: int = 8
    window_s: float = 120.0
    _deaths: deque[float] = field(default_factory=deque)

    def pause_s(self, now_s: float, *, worked: bool = False) -> float | None:
        """How long to wait after a death at `now_s`, doubling; None = give up."""
        if worked:
            self._deaths.clear()
            return FIRST_PAUSE_S
        self._deaths.append(now_s)
        while self._deaths[0] < now_s - self.window_s:
            self._deaths.popleft()
        recent = len(self._deaths)
        if recent >= self.most:
            return None
        return float(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (recent - 1)))
