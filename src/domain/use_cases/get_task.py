"""Reading one task, if need be as soon as it has ended."""

from domain.model.errors import TaskGone, TaskNotFound
from domain.model.task import TERMINAL, Task
from ports.clock import Elapsed
from ports.event_bus import MISSED, Changed, EventBus
from ports.task_store import TaskStore

LOOK_AGAIN_S = 1.0
"""What is heard of changes is a hint that may be lost: so often the row is read all the same."""
FIRST_LOOK_S = 0.5
"""What changed before somebody listened is missed for so long, if the row is not read at once."""


class GetTask:
    def __init__(self, store: TaskStore, bus: EventBus, elapsed: Elapsed) -> None:
        self._store, self._bus, self._elapsed = store, bus, elapsed

    async def __call__(
        self, tenant: str, task_id: str, wait_s: float = 0.0, seen: Task | None = None
    ) -> Task:
        """The tenant's task; with `wait_s`, at the latest after that long, earlier when it ends.
        `seen`: how it stood a moment ago, which saves the first read of a wait. Raises
        `TaskNotFound` (another tenant's looks the same as none) or `TaskGone`."""
        if wait_s <= 0:
            return await self._read(tenant, task_id)
        until_s = self._elapsed() + wait_s
        with self._bus.listen(task_id) as changed:
            task = seen or await self._read(tenant, task_id)
            look_s = FIRST_LOOK_S if seen else LOOK_AGAIN_S
            while not task.terminal and (left_s := until_s - self._elapsed()) > 0:
                await self._ended(changed, min(left_s, look_s))
                task, look_s = await self._read(tenant, task_id), LOOK_AGAIN_S
        return task

    async def _ended(self, changed: Changed, look_s: float) -> None:
        """Returns when it may have ended, or after `look_s`."""
        look_at_s = self._elapsed() + look_s
        while (left_s := look_at_s - self._elapsed()) > 0:
            change = await changed(left_s)
            if change is None or change is MISSED or change.status in TERMINAL:
                return

    async def _read(self, tenant: str, task_id: str) -> Task:
        task = await self._store.get(task_id)
        if task is None or task.tenant != tenant:
            raise TaskNotFound
        if task.erased_at is not None:
            raise TaskGone
        return task
