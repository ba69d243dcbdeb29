"""The gateway's end of the queue."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

from domain.model.priority import Priority
from domain.model.wakeup import Wakeup


class WakeupQueue(ABC):
    __slots__ = ()

    @abstractmethod
    async def publish(self, wakeup: Wakeup) -> None:
        """Hand the message over, confirmed, in bounded time and off the event loop. Raises
        `Unavailable` when that was not possible; the message may then be in the queue or not."""

    @abstractmethod
    async def depth(self) -> Mapping[Priority, int]:
        """Messages waiting in each tier, those already in a worker's hands left out."""
