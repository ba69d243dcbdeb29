"""Batches, beside the tasks they are made of."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from domain.model.batch import Batch
from domain.model.task import Task


class BatchStore(ABC):
    """Lives with the task store of the same `TASK_STORE`, which keeps `Batch.counts` in the very
    step that stores a task's move. A batch past its `forget_at` is absent everywhere. Every method
    raises `StorageUnavailable` when the ledger is out of reach."""

    __slots__ = ()

    @abstractmethod
    async def insert_once(self, batch: Batch, tasks: Sequence[Task]) -> Batch:
        """Insert `batch` and all of its `tasks`, under ids nobody has, and answer it; or answer the
        tenant's batch with the same `client_request_id`, and insert nothing. All or nothing."""

    @abstractmethod
    async def get(self, batch_id: str) -> Batch | None:
        """The batch with its counts as they are now, whatever its size, or None."""

    @abstractmethod
    async def ended(self, limit: int) -> Sequence[Batch]:
        """At most `limit` batches whose tasks have all ended and that are not `finished` yet, those
        that ended first before the others."""

    @abstractmethod
    async def finish(self, batch: Batch) -> bool:
        """Store `batch`, which is `finished`. False: somebody did before, and nothing changed."""
