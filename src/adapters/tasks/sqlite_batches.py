"""The batches of a ledger in a SQLite file."""

from collections.abc import Sequence
from sqlite3 import Connection

from adapters.tasks import batch_rows, rows
from adapters.tasks.sqlite import SqliteTaskStore
from domain.model.batch import Batch
from domain.model.task import Task
from ports.batch_store import BatchStore


class SqliteBatchStore(BatchStore):
    """In the file of `ledger`, which keeps the counts; it opens and closes both."""

    def __init__(self, ledger: SqliteTaskStore) -> None:
        self._ledger = ledger

    async def insert_once(self, batch: Batch, tasks: Sequence[Task]) -> Batch:
        return await self._ledger.write(lambda db, now: _insert_once(db, now, batch, tasks))

    async def get(self, batch_id: str) -> Batch | None:
        return await self._ledger.read(lambda db, now: batch_rows.get(db, now, batch_id))

    async def ended(self, limit: int) -> Sequence[Batch]:
        return await self._ledger.read(lambda db, _now: batch_rows.ended(db, limit))

    async def finish(self, batch: Batch) -> bool:
        return await self._ledger.write(lambda db, _now: batch_rows.finish(db, batch))


def _insert_once(db: Connection, now: float, batch: Batch, tasks: Sequence[Task]) -> Batch:
    if answer := batch_rows.answering(db, now, batch):
        return answer
    batch_rows.insert(db, batch)
    for task in tasks:
        rows.insert(db, task)
    return batch
