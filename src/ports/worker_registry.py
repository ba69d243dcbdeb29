"""Which workers there are."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from domain.model.worker import WorkerInfo


class WorkerRegistry(ABC):
    """For people and metrics; no task depends on it. A worker that misses three beats counts as
    gone. Every method raises `StorageUnavailable` when the registry is out of reach."""

    __slots__ = ()

    @abstractmethod
    async def beat(self, worker: WorkerInfo) -> None:
        """Note `worker` as it is now, seen at this moment; called every `BEAT_S`."""

    @abstractmethod
    async def alive(self) -> Sequence[WorkerInfo]:
        """The workers that are not gone, by id."""

    @abstractmethod
    async def leave(self, worker_id: str) -> None:
        """Take the worker off at once: it ended in good order. Unknown ones are no error."""
