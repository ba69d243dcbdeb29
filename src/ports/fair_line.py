"""The line in which tasks of a tier wait, and whose turn it is."""

from abc import ABC, abstractmethod

from domain.model.task import Task
from domain.model.wakeup import Wakeup


class FairLine(ABC):
    """Lives with the task store, which keeps the line in the very steps that store a task's moves
    (`tier_of`). Every method raises `StorageUnavailable` when the ledger is out of reach."""

    __slots__ = ()

    @abstractmethod
    async def next(self, wakeup: Wakeup) -> Task | None:
        """The task that `wakeup` is to start. Of the tenants that stand in its tier's line the one
        served longest ago has its turn, by this call; of that tenant's tasks the wake-up's own, or
        else the oldest. Where nobody stands there, the wake-up's own, whatever its state. None
        where the ledger does not know the wake-up's own task."""

    @abstractmethod
    async def waiting(self, tenant: str) -> int:
        """How many tasks of the tenant stand in line, in all tiers."""
