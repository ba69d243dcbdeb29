"""The line of one process."""

from bisect import bisect_left, insort
from collections import defaultdict

from domain.model.priority import Priority
from domain.model.task import Task
from domain.model.turns import next_tenant, tier_of
from domain.model.wakeup import Wakeup

Place = tuple[Priority, str]


class TurnBook:
    """The ledger in memory keeps the line in it."""

    def __init__(self) -> None:
        self._lines: dict[Priority, dict[str, list[str]]] = {tier: {} for tier in Priority}
        self._served: dict[Priority, dict[str, int]] = defaultdict(dict)
        self._places: dict[str, Place] = {}
        self._turn = 0

    def write(self, task: Task) -> None:
        """`task` as it is from now on."""
        tier = tier_of(task)
        place = None if tier is None else (tier, task.tenant)
        before = self._places.get(task.task_id)
        if place == before:
            return
        if before is not None:
            self._leave(task.task_id, *before)
        if place is not None:
            self._places[task.task_id] = place
            insort(self._lines[place[0]].setdefault(place[1], []), task.task_id)

    def next(self, wakeup: Wakeup) -> str:
        """The id of the task whose turn it is, or the wake-up's own."""
        lines, own = self._lines[wakeup.priority], wakeup.task_id
        if not lines:
            return own
        served = self._served[wakeup.priority]
        tenant = next_tenant(lines, served)
        if len(lines) > 1:
            self._turn += 1
            served[tenant] = self._turn
        stands = self._places.get(own) == (wakeup.priority, tenant)
        return own if stands else lines[tenant][0]

    def waiting(self, tenant: str) -> int:
        return sum(len(lines.get(tenant, ())) for lines in self._lines.values())

    def _leave(self, task_id: str, tier: Priority, tenant: str) -> None:
        del self._places[task_id]
        line = self._lines[tier][tenant]
        del line[bisect_left(line, task_id)]
        if not line:
            del self._lines[tier][tenant]
