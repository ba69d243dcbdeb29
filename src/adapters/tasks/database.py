"""A SQLite file opened the way the ledger needs it, and its errors in the domain's words."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import aiosqlite
from aiosqlite import Connection

from domain.model.errors import StorageUnavailable

SCHEMA_VERSION = 1
BUSY_TIMEOUT_S = 5.0
BUSY_RETRY_S = 0.02
BUSY_TRIES = 250

SCHEMA = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")


class NewerSchema(Exception):
    """The file is of a release that knows more than this one."""


async def open_writer(path: Path) -> Connection:
    """The file, made if absent, ready to write. Raises `StorageUnavailable` that names
    SQLITE_PATH."""
    return await _open(path, _prepare)


async def open_reader(path: Path) -> Connection:
    """A second connection to a file that has its tables. In WAL mode a reader sees what is
    committed, and waits for no writer. Raises as `open_writer`."""
    return await _open(path, _forbid_writing)


async def _open(path: Path, prepare: Callable[[Connection], Awaitable[None]]) -> Connection:
    async with AsyncExitStack() as opened:
        try:
            # The first try is without aiosqlite: it leaves a thread behind when it can't connect.
            await asyncio.to_thread(_touch, path)
            # Transactions are begun by hand: the library's own would start at the first write.
            db = await aiosqlite.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_S)
            opened.push_async_callback(db.close)
            await prepare(db)
        except (sqlite3.Error, OSError, NewerSchema) as error:
            raise _refused(path, str(error)) from error
        opened.pop_all()
        return db


def _touch(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    sqlite3.connect(path).close()


async def _prepare(db: Connection) -> None:
    ((version,),) = await db.execute_fetchall("PRAGMA user_version")
    if version > SCHEMA_VERSION:
        raise NewerSchema(f"it was written by a newer release (schema {version})")
    await _write_ahead(db)
    # A commit returns when it lies on the disk, so that an accepted task outlives the power.
    await db.execute_fetchall("PRAGMA synchronous = FULL")
    await db.execute_fetchall("PRAGMA foreign_keys = ON")
    await db.executescript(SCHEMA)


async def _write_ahead(db: Connection) -> None:
    """Switch a fresh file to WAL. Of two that try at once SQLite refuses one without regard to
    its timeout, so that one tries again."""
    for tries_left in reversed(range(BUSY_TRIES)):
        try:
            await db.execute_fetchall("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not tries_left or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
        await asyncio.sleep(BUSY_RETRY_S)


async def _forbid_writing(db: Connection) -> None:
    await db.execute_fetchall("PRAGMA query_only = ON")


def _refused(path: Path, reason: str) -> StorageUnavailable:
    return StorageUnavailable(
        f"SQLITE_PATH: {path} can't be used: {reason}.",
        remedy="Set SQLITE_PATH to a file that this user may write, or move the broken one away.",
    )


@contextmanager
def ledger_errors() -> Iterator[None]:
    """What SQLite raises inside, or reading a damaged row, leaves as `StorageUnavailable`."""
    try:
        yield
    except (sqlite3.Error, ValueError) as error:
        raise StorageUnavailable from error
