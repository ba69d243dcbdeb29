"""The batches of a ledger inside one process."""

from collections.abc import Sequence

from adapters.tasks.memory import MemoryTaskStore
from domain.model.batch import Batch
from domain.model.task import Task
from ports.batch_store import BatchStore
from ports.clock import Now


class MemoryBatchStore(BatchStore):
    """No method waits between its first look and its last write. `tasks` keeps the counts."""

    def __init__(self, tasks: MemoryTaskStore, now: Now) -> None:
        self._tasks, self._book, self._now = tasks, tasks.batches, now

    async def insert_once(self, batch: Batch, tasks: Sequence[Task]) -> Batch:
        now = self._now()
        if answer := self._book.answering(batch, now):
            return answer
        for task in tasks:
            self._tasks.insert(task)
        self._book.write(batch, now)
        return batch

    async def get(self, batch_id: str) -> Batch | None:
        return self._book.get(batch_id, self._now())

    async def ended(self, limit: int) -> Sequence[Batch]:
        return tuple(self._book.ended(self._now()))[:limit]

    async def finish(self, batch: Batch) -> bool:
        now = self._now()
        kept = self._book.get(batch.batch_id, now)
        if kept is None or kept.finished_at is not None:
            return False
        self._book.write(batch, now)
        return True
