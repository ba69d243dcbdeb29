"""The ledger in one SQLite file: what was answered survives a kill and a power cut."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from sqlite3 import Connection
from typing import TypeVar

from adapters.tasks import rows
from adapters.tasks.database import ledger_errors, open_reader, open_writer
from adapters.tasks.group_commit import GroupCommit, Work
from adapters.tasks.telling import Tell, nobody
from domain.model.due import Due
from domain.model.errors import StorageUnavailable
from domain.model.idempotency import IdempotencyKey
from domain.model.task import Task
from domain.model.webhook import Delivery
from ports.clock import Now
from ports.lifecycle import Lifecycle
from ports.task_store import TaskQuery, TaskStore
from ports.waiting_line import WaitingLine

T = TypeVar("T")


class SqliteTaskStore(TaskStore, WaitingLine, Lifecycle):
    """Two connections, each with a thread of its own: one writes; one reads beside it, so that
    asking for a task does not queue behind the disk. Several processes may share the file; `tell`
    hears of the rows that this one changed."""

    def __init__(self, path: str | Path, now: Now, tell: Tell = nobody) -> None:
        self._path = Path(path)
        self._now, self._tell = now, tell
        self._writes: GroupCommit | None = None
        self._reads: Reads | None = None
        self._opened = ExitStack()

    async def start(self) -> None:
        await asyncio.to_thread(self._open)

    async def aclose(self) -> None:
        """What was given to it is written before."""
        opened, self._opened = self._opened, ExitStack()
        self._writes = self._reads = None
        await asyncio.to_thread(opened.close)

    async def ping(self) -> None:
        await self.read(lambda db, _now: db.execute("SELECT 1 FROM task LIMIT 1").fetchall())

    async def insert_once(self, task: Task, key: IdempotencyKey | None) -> Task:
        return await self.write(lambda db, now: rows.insert_once(db, now, task, key))

    async def get(self, task_id: str) -> Task | None:
        return await self.read(lambda db, now: rows.get(db, now, task_id))

    async def replace(
        self, task: Task, expected_revision: int, outbox: Sequence[Delivery] = ()
    ) -> bool:
        stored = await self.write(
            lambda db, now: rows.replace(db, now, task, expected_revision, outbox)
        )
        if stored:
            self._tell(task)
        return stored

    async def list(self, query: TaskQuery) -> Sequence[Task]:
        return await self.read(lambda db, now: rows.page(db, now, query))

    async def due(self, kind: Due, limit: int) -> Sequence[Task]:
        return await self.read(lambda db, now: rows.due(db, now, kind, limit))

    async def ahead_of(self, task: Task) -> int | None:
        return await self.read(lambda db, _now: rows.ahead_of(db, task))

    def _open(self) -> None:
        with ExitStack() as opened:
            writes = GroupCommit(open_writer(self._path), self._now)
            opened.callback(writes.close)
            reads = Reads(open_reader(self._path), self._now)
            opened.callback(reads.close)
            self._writes, self._reads, self._opened = writes, reads, opened.pop_all()

    async def read(self, work: Work[T]) -> T:
        """For what else lies in the file: see `SqliteWebhookOutbox`."""
        return await _answer(self._reads, work)

    async def write(self, work: Work[T]) -> T:
        """As `read`, in a transaction that may write."""
        return await _answer(self._writes, work)


class Reads:
    """A thread with a connection that reads."""

    def __init__(self, db: Connection, now: Now) -> None:
        self._db, self._now = db, now
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger-reads")

    def give(self, work: Work[T]) -> Future[T]:
        return self._thread.submit(lambda: work(self._db, self._now()))

    def close(self) -> None:
        self._thread.shutdown()
        self._db.close()


async def _answer(takes: GroupCommit | Reads | None, work: Work[T]) -> T:
    if takes is None:
        raise StorageUnavailable("The ledger is not open.")
    with ledger_errors():
        return await asyncio.wrap_future(takes.give(work))
