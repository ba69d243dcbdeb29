"""A SQLite file opened the way the ledger needs it, and its errors in the domain's words."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from sqlite3 import Connection

from domain.model.errors import StorageUnavailable

SCHEMA_VERSION = 1
BUSY_TIMEOUT_S = 5.0
BUSY_RETRY_S = 0.02
BUSY_TRIES = 250

SCHEMA = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")


class NewerSchema(Exception):
    """The file is of a release that knows more than this one."""


def open_writer(path: Path) -> Connection:
    """The file, made if absent, ready to write. Raises `StorageUnavailable` that names
    SQLITE_PATH."""
    return _open(path, _prepare)


def open_reader(path: Path) -> Connection:
    """A second connection to a file that has its tables. In WAL mode a reader sees what is
    committed, and waits for no writer. Raises as `open_writer`."""
    return _open(path, _forbid_writing)


def _open(path: Path, prepare: Callable[[Connection], None]) -> Connection:
    with ExitStack() as opened:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Transactions are begun by hand: the library's own would start at the first write.
            # A connection is used by one thread at a time, not always by the one that opened it.
            db = sqlite3.connect(
                path, isolation_level=None, timeout=BUSY_TIMEOUT_S, check_same_thread=False
            )
            opened.callback(db.close)
            prepare(db)
        except (sqlite3.Error, OSError, NewerSchema) as error:
            raise _refused(path, str(error)) from error
        opened.pop_all()
        return db


def _prepare(db: Connection) -> None:
    ((version,),) = db.execute("PRAGMA user_version")
    if version > SCHEMA_VERSION:
        raise NewerSchema(f"it was written by a newer release (schema {version})")
    _write_ahead(db)
    # A commit returns when it lies on the disk, so that an accepted task outlives the power.
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.executescript(SCHEMA)


def _write_ahead(db: Connection) -> None:
    """Switch a fresh file to WAL. Of two that try at once SQLite refuses one without regard to
    its timeout, so that one tries again."""
    for tries_left in reversed(range(BUSY_TRIES)):
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not tries_left or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
        time.sleep(BUSY_RETRY_S)


def _forbid_writing(db: Connection) -> None:
    db.execute("PRAGMA query_only = ON")


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
