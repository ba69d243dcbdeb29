"""Reading one batch."""

from domain.model.batch import Batch
from domain.model.errors import BatchGone, BatchNotFound
from ports.batch_store import BatchStore
from ports.clock import Now


class GetBatch:
    def __init__(self, batches: BatchStore, now: Now) -> None:
        self._batches, self._now = batches, now

    async def __call__(self, tenant: str, batch_id: str) -> Batch:
        """The tenant's batch. Raises `BatchNotFound` (another tenant's looks the same as none) or
        `BatchGone`."""
        batch = await self._batches.get(batch_id)
        if batch is None or batch.tenant != tenant:
            raise BatchNotFound
        if batch.gone(self._now()):
            raise BatchGone
        return batch
