"""Whose turn it is, in a ledger inside one process."""

from adapters.tasks.memory import MemoryTaskStore
from domain.model.task import Task
from domain.model.wakeup import Wakeup
from ports.fair_line import FairLine


class MemoryFairLine(FairLine):
    """`store` keeps the line."""

    def __init__(self, store: MemoryTaskStore) -> None:
        self._store = store

    async def next(self, wakeup: Wakeup) -> Task | None:
        own = await self._store.get(wakeup.task_id)
        if own is None:
            return None
        return await self._store.get(self._store.turns.next(wakeup))

    async def waiting(self, tenant: str) -> int:
        return self._store.turns.waiting(tenant)
