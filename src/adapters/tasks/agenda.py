"""An ordered index in memory: which tasks come up, and when."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from operator import itemgetter


class Agenda:
    """For each kind, task ids by rising time, then id."""

    def __init__(self) -> None:
        self._entries: dict[str, list[tuple[float, str]]] = defaultdict(list)
        self._times: dict[str, Mapping[str, float]] = {}

    def write(self, task_id: str, times: Mapping[str, float]) -> None:
        """From now on `times`, by kind, are all there is for `task_id`."""
        for kind, at in self._times.pop(task_id, {}).items():
            entries = self._entries[kind]
            del entries[bisect_left(entries, (at, task_id))]
        for kind, at in times.items():
            insort(self._entries[kind], (at, task_id))
        self._times[task_id] = times

    def drop(self, task_id: str) -> None:
        self.write(task_id, {})
        del self._times[task_id]

    def until(self, kind: str, now: float) -> Sequence[str]:
        """The ids whose time for `kind` is `now` or before, oldest first."""
        entries = self._entries[kind]
        return [task_id for _, task_id in entries[: bisect_right(entries, now, key=itemgetter(0))]]

    def before(self, kind: str, task_id: str) -> int | None:
        """How many come up for `kind` before `task_id`; None where that does not come up."""
        at = self._times.get(task_id, {}).get(kind)
        return None if at is None else bisect_left(self._entries[kind], (at, task_id))

    def count(self, kind: str) -> int:
        return len(self._entries[kind])
