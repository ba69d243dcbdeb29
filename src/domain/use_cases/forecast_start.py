"""What a waiting task may expect: its place in the line, and when it starts at the present pace."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from domain.model.errors import Unavailable
from domain.model.pace import Pace
from domain.model.priority import Priority
from domain.model.task import WAITING, Task
from ports.clock import Elapsed
from ports.event_bus import EventBus
from ports.waiting_line import WaitingLine
from ports.wakeup_queue import WakeupQueue


@dataclass(frozen=True, slots=True)
class Place:
    """`ahead`: tasks that go before it. `start_in_s`: estimated. Both None where nobody knows."""

    ahead: int | None = None
    start_in_s: int | None = None


NOWHERE = Place()


class ForecastStart:
    """Listens to the starts of all workers, so that no submit has to ask anybody."""

    def __init__(
        self, queue: WakeupQueue, bus: EventBus, line: WaitingLine, elapsed: Elapsed
    ) -> None:
        self._queue, self._bus, self._line = queue, bus, line
        self._elapsed = elapsed
        self._pace = Pace()

    async def __call__(self) -> None:
        """Look how it goes; called every second or so."""
        depth = await self._queue.depth()
        self._pace.note(self._elapsed(), self._bus.starts(), sum(depth.values()))

    async def place_of(self, task: Task) -> Place:
        """Nothing is known of a task that does not wait, nor while the ledger is out of reach."""
        if task.status not in WAITING:
            return NOWHERE
        try:
            ahead = await self._line.ahead_of(task)
        except Unavailable:
            return NOWHERE
        wait_s = None if ahead is None else self._wait_s(ahead)
        return Place(ahead, None if wait_s is None else ceil(wait_s))

    def wait_s(self, depth: Mapping[Priority, int], priority: Priority) -> float | None:
        """How long one more task of that priority would wait behind what waits in `depth`; None
        where that is not known. More urgent ones that come later are not foreseen."""
        tiers = list(Priority)
        before = tiers[: tiers.index(priority) + 1]
        return self._wait_s(sum(depth[tier] for tier in before))

    def _wait_s(self, ahead: int) -> float | None:
        per_s = self._pace.per_s
        return None if per_s is None else (ahead + 1) / per_s
