"""Who goes before whom."""

from abc import ABC, abstractmethod

from domain.model.task import Task


class WaitingLine(ABC):
    __slots__ = ()

    @abstractmethod
    async def ahead_of(self, task: Task) -> int | None:
        """How many waiting tasks go before the waiting `task`: those of a higher priority, and
        those of its own whose wake-up was published earlier. None as long as it is not noted that
        its own was published, and once it waits no longer. Raises `StorageUnavailable`."""
