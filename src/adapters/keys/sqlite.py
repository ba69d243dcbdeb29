"""API keys in the file of the ledger."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from sqlite3 import Connection
from typing import Protocol, TypeVar

from adapters.keys.spelling import read, spelt
from domain.model.api_key import ApiKey
from ports.key_store import KeyStore

T = TypeVar("T")
Work = Callable[[Connection, float], T]


class LedgerFile(Protocol):
    """The open file, with the table `api_key` in it."""

    async def read(self, work: Work[T]) -> T: ...
    async def write(self, work: Work[T]) -> T: ...


class SqliteKeyStore(KeyStore):
    """`ledger` opens and closes the file. Several processes may share it."""

    def __init__(self, ledger: LedgerFile) -> None:
        self._ledger = ledger

    async def insert(self, key: ApiKey) -> bool:
        values = (key.key_id, key.created_at, spelt(key))
        insert = (
            "INSERT INTO api_key (id, created_at, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        )
        return await self._ledger.write(lambda db, _now: bool(db.execute(insert, values).rowcount))

    async def get(self, key_id: str) -> ApiKey | None:
        return await self._ledger.read(lambda db, _now: _get(db, key_id))

    async def list(self) -> Sequence[ApiKey]:
        newest = "SELECT body FROM api_key ORDER BY created_at DESC, id"
        rows = await self._ledger.read(lambda db, _now: db.execute(newest).fetchall())
        return [read(body) for (body,) in rows]

    async def revoke(self, key_id: str, at: float) -> ApiKey | None:
        return await self._ledger.write(lambda db, _now: _revoke(db, key_id, at))


def _get(db: Connection, key_id: str) -> ApiKey | None:
    row = db.execute("SELECT body FROM api_key WHERE id = ?", (key_id,)).fetchone()
    return row and read(row[0])


def _revoke(db: Connection, key_id: str, at: float) -> ApiKey | None:
    key = _get(db, key_id)
    if key is not None and key.revoked_at is None:
        key = replace(key, revoked_at=at)
        db.execute("UPDATE api_key SET body = ? WHERE id = ?", (spelt(key), key_id))
    return key
