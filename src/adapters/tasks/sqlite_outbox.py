"""The outbox in the ledger's SQLite file."""

from collections.abc import Sequence

from adapters.tasks import outbox_rows as rows
from adapters.tasks.sqlite import SqliteTaskStore
from domain.model.webhook import Delivery, Lane
from ports.webhook_outbox import Backlog, DeliveryQuery, WebhookOutbox


class SqliteWebhookOutbox(WebhookOutbox):
    """By the ledger's own connections: it is open as long as `ledger` is."""

    def __init__(self, ledger: SqliteTaskStore) -> None:
        self._ledger = ledger

    async def get(self, delivery_id: str) -> Delivery | None:
        return await self._ledger.read(lambda db, now: rows.get(db, now, delivery_id))

    async def replace(
        self, delivery: Delivery, expected_revision: int | None, at_once: int | None = None
    ) -> bool:
        return await self._ledger.write(
            lambda db, now: rows.replace(db, now, delivery, expected_revision, at_once)
        )

    async def list(self, query: DeliveryQuery) -> Sequence[Delivery]:
        return await self._ledger.read(lambda db, now: rows.page(db, now, query))

    async def due(self, lane: Lane, limit: int) -> Sequence[Delivery]:
        return await self._ledger.read(lambda db, now: rows.due(db, now, lane, limit))

    async def backlog(self, limit: int) -> Backlog:
        return await self._ledger.read(lambda db, now: rows.backlog(db, now, limit))
