"""A SQLite file opened the way the ledger needs it, and its errors in the domain's words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiosqlite
from aiosqlite import Connection

from domain.model.errors import StorageUnavailable

SCHEMA_VERSION = 1
BUSY_TIMEOUT_S = 5.0

SCHEMA = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")


async def open_database(path: Path) -> Connection:
    """The file, made if absent. Raises `StorageUnavailable` that names SQLITE_PATH."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Transactions are begun by hand: the library's own would start too late, at a write.
        db = await aiosqlite.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_S)
    except (sqlite3.Error, OSError) as error:
        raise _refused(path, str(error)) from error
    try:
        await _prepare(db, path)
    except BaseException:
        await db.close()
        raise
    return db


async def _prepare(db: Connection, path: Path) -> None:
    try:
        ((version,),) = await db.execute_fetchall("PRAGMA user_version")
        if version > SCHEMA_VERSION:
            raise _refused(path, f"it is of a newer release (schema {version})")
        await db.execute_fetchall("PRAGMA journal_mode = WAL")
        # A commit returns when it lies on the disk, so that an accepted task outlives the power.
        await db.execute_fetchall("PRAGMA synchronous = FULL")
        await db.execute_fetchall("PRAGMA foreign_keys = ON")
        await db.executescript(SCHEMA)
    except sqlite3.Error as error:
        raise _refused(path, str(error)) from error


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
