"""What keys used, in the file of the ledger."""

from collections.abc import Sequence

from adapters.tasks import usage_rows
from adapters.tasks.sqlite import SqliteTaskStore
from domain.model.usage import DayUsage
from ports.usage_store import UsageStore


class SqliteUsageStore(UsageStore):
    """`ledger` counts, opens and closes."""

    def __init__(self, ledger: SqliteTaskStore) -> None:
        self._ledger = ledger

    async def read(self, key_id: str, days: Sequence[str]) -> Sequence[DayUsage]:
        return await self._ledger.read(lambda db, _now: usage_rows.read(db, key_id, days))
