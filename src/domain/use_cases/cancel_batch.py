"""Stopping what is left of a batch."""

from domain.model.batch import Batch
from domain.use_cases.cancel_task import CancelTask
from domain.use_cases.get_batch import GetBatch
from domain.use_cases.list_batch import ListBatch
from domain.use_cases.side_by_side import side_by_side

AT_ONCE = 16


class CancelBatch:
    def __init__(self, get: GetBatch, tasks: ListBatch, cancel: CancelTask) -> None:
        self._get, self._tasks, self._cancel = get, tasks, cancel

    async def __call__(self, tenant: str, batch_id: str) -> Batch:
        """The batch afterwards: of its tasks those that waited are canceled, those that run have
        been told to stop, those that had ended are unchanged. Doing it twice is harmless."""
        batch = await self._get(tenant, batch_id)
        if batch.ended:
            return batch
        left = [task for task in await self._tasks(batch) if not task.terminal]
        await side_by_side(self._cancel.stop, left, AT_ONCE)
        return await self._get(tenant, batch_id)
