"""Every task of a batch."""

from collections.abc import Sequence

from domain.model.batch import MOST_ITEMS, Batch
from domain.model.task import Task
from ports.task_store import TaskQuery, TaskStore


class ListBatch:
    def __init__(self, store: TaskStore) -> None:
        self._store = store

    async def __call__(self, batch: Batch) -> Sequence[Task]:
        """As they stood in the submit; deleted ones are left out."""
        query = TaskQuery(tenant=batch.tenant, batch_id=batch.batch_id, limit=MOST_ITEMS)
        return tuple(reversed(await self._store.list(query)))
