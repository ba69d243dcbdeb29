"""The ledger in one SQLite file: what was answered survives a kill and a power cut."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeVar

from aiosqlite import Connection

from adapters.tasks import rows
from adapters.tasks.database import ledger_errors, open_reader, open_writer
from domain.model.due import Due
from domain.model.errors import StorageUnavailable
from domain.model.idempotency import IdempotencyKey
from domain.model.task import OutboxRow, Task
from ports.clock import Now
from ports.lifecycle import Lifecycle
from ports.task_store import TaskQuery, TaskStore

T = TypeVar("T")

Work = Callable[[Connection, float], Awaitable[T]]
"""What to do on the connection, by the ledger's time."""


class SqliteTaskStore(TaskStore, Lifecycle):
    """Two connections, each with a thread of its own: one writes, and a lock keeps the
    statements of one caller together; one reads beside it, so that asking for a task does not
    queue behind the disk. Several processes may share the file."""

    def __init__(self, path: str | Path, now: Now) -> None:
        self._path = Path(path)
        self._now = now
        self._writer: Connection | None = None
        self._reader: Connection | None = None
        self._opened = AsyncExitStack()
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        async with AsyncExitStack() as opened:
            self._writer = await open_writer(self._path)
            opened.push_async_callback(self._writer.close)
            self._reader = await open_reader(self._path)
            opened.push_async_callback(self._reader.close)
            self._opened = opened.pop_all()

    async def aclose(self) -> None:
        async with self._turn:
            self._writer = self._reader = None
            await self._opened.aclose()

    async def ping(self) -> None:
        await self._read(lambda db, _now: db.execute_fetchall("SELECT 1 FROM task LIMIT 1"))

    async def insert_once(self, task: Task, key: IdempotencyKey | None) -> Task:
        return await self._write(lambda db, now: rows.insert_once(db, now, task, key))

    async def get(self, task_id: str) -> Task | None:
        return await self._read(lambda db, now: rows.get(db, now, task_id))

    async def replace(
        self, task: Task, expected_revision: int, outbox: Sequence[OutboxRow] = ()
    ) -> bool:
        return await self._write(
            lambda db, now: rows.replace(db, now, task, expected_revision, outbox)
        )

    async def list(self, query: TaskQuery) -> Sequence[Task]:
        return await self._read(lambda db, now: rows.page(db, now, query))

    async def due(self, kind: Due, limit: int) -> Sequence[Task]:
        return await self._read(lambda db, now: rows.due(db, now, kind, limit))

    async def _read(self, work: Work[T]) -> T:
        with ledger_errors():
            return await work(_open(self._reader), self._now())

    async def _write(self, work: Work[T]) -> T:
        """`work` in one transaction. A caller canceled on the way leaves none open: the thread
        takes the rollback after whatever statement it had been given."""
        async with self._turn:
            with ledger_errors():
                db = _open(self._writer)
                try:
                    await db.execute_fetchall("BEGIN IMMEDIATE")
                    answer = await work(db, self._now())
                    await db.commit()
                except BaseException:
                    await db.rollback()
                    raise
                return answer


def _open(db: Connection | None) -> Connection:
    if db is None:
        raise StorageUnavailable("The ledger is not open.")
    return db
