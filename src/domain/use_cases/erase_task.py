"""Forgetting a finished task: first its row's contents, then its files, then the reminder to
remove them. A crash in between leaves it purgeable, so the next purge goes on."""

from domain.model.blob_keys import input_prefix, result_prefix
from domain.model.life_cycle import erase, swept
from domain.model.task import Task
from domain.use_cases.ledger import Ledger
from ports.blob_store import BlobStore
from ports.clock import Now


class EraseTask:
    def __init__(self, ledger: Ledger, blobs: BlobStore, now: Now) -> None:
        self._ledger, self._blobs, self._now = ledger, blobs, now

    async def __call__(self, task: Task) -> None:
        """Leave a tombstone of the terminal `task`. Doing it twice is harmless."""
        await self._ledger.change(task.task_id, self._tombstone, task)
        await self._blobs.delete(result_prefix(task))
        await self._blobs.delete(input_prefix(task.tenant, task.task_id))
        await self._ledger.change(task.task_id, _note_swept)

    def _tombstone(self, task: Task) -> Task | None:
        return None if task.erased_at is not None else erase(task, self._now())


def _note_swept(task: Task) -> Task | None:
    return None if task.purge_at is None else swept(task)
