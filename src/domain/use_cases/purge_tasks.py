"""Forgetting what was kept long enough."""

from domain.model.due import Due
from domain.use_cases.erase_task import EraseTask
from ports.task_store import TaskStore

AT_ONCE = 100


class PurgeTasks:
    def __init__(self, store: TaskStore, erase: EraseTask) -> None:
        self._store, self._erase = store, erase

    async def __call__(self) -> None:
        """One pass over finished tasks whose retention is over, and over half-erased ones."""
        for task in await self._store.due(Due.PURGEABLE, AT_ONCE):
            await self._erase(task)
