"""Read, let the domain decide, compare-and-set; a lost race is read again. The one place where
a task's row is changed."""

from collections.abc import Callable

from domain.model.task import Moved, Task
from ports.task_store import TaskStore
from ports.telemetry import Telemetry

Decide = Callable[[Task], Moved | Task | None]
"""The move or note to store for the task as it stands now, or None to leave it alone."""


class Ledger:
    def __init__(self, store: TaskStore, telemetry: Telemetry) -> None:
        self.store = store
        self._telemetry = telemetry

    async def change(self, task_id: str, decide: Decide, seen: Task | None = None) -> Task | None:
        """The stored task after `decide`, or None when it is unknown or was left alone. `seen`
        saves the first read. Whatever `decide` raises passes, and nothing is stored."""
        task = seen or await self.store.get(task_id)
        while task is not None:
            decided = decide(task)
            if decided is None:
                return None
            moved = decided if isinstance(decided, Moved) else Moved(decided, None)
            if await self.store.replace(moved.task, task.revision, moved.outbox):
                if moved.event:
                    self._telemetry.record(moved.event)
                return moved.task
            task = await self.store.get(task_id)
        return None
