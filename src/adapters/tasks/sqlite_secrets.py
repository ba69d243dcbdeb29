"""Tenants' secrets in the ledger's SQLite file."""

import json
from sqlite3 import Connection

from adapters.compact_json import compact_json
from adapters.tasks.sqlite import SqliteTaskStore
from domain.model.record_json import record_from_json, record_to_json
from domain.model.webhook_secret import TenantSecrets
from ports.secret_store import SecretStore

GET = "SELECT body FROM webhook_secret WHERE tenant = ?"
INSERT = "INSERT OR IGNORE INTO webhook_secret (tenant, revision, body) VALUES (?, ?, ?)"
UPDATE = "UPDATE webhook_secret SET revision = ?, body = ? WHERE tenant = ? AND revision = ?"


class SqliteSecretStore(SecretStore):
    """By the ledger's own connections: it is open as long as `ledger` is."""

    def __init__(self, ledger: SqliteTaskStore) -> None:
        self._ledger = ledger

    async def get(self, tenant: str) -> TenantSecrets | None:
        found = await self._ledger.read(lambda db, _now: db.execute(GET, (tenant,)).fetchone())
        return record_from_json(TenantSecrets, json.loads(found[0])) if found else None

    async def replace(
        self, tenant: str, secrets: TenantSecrets, expected_revision: int | None
    ) -> bool:
        body = compact_json(record_to_json(secrets)).decode()

        def write(db: Connection, _now: float) -> bool:
            if expected_revision is None:
                done = db.execute(INSERT, (tenant, secrets.revision, body))
            else:
                done = db.execute(UPDATE, (secrets.revision, body, tenant, expected_revision))
            return done.rowcount > 0

        return await self._ledger.write(write)
