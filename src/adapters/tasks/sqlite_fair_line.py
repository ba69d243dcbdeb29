"""Whose turn it is, in the file of the ledger."""

from sqlite3 import Connection

from adapters.tasks import rows, turn_rows
from adapters.tasks.sqlite import SqliteTaskStore
from domain.model.task import Task
from domain.model.wakeup import Wakeup
from ports.fair_line import FairLine


class SqliteFairLine(FairLine):
    """`ledger` keeps the line, opens and closes. As long as one tenant waits alone nothing is
    written: its turn costs a read, as looking for the task would."""

    def __init__(self, ledger: SqliteTaskStore) -> None:
        self._ledger = ledger

    async def next(self, wakeup: Wakeup) -> Task | None:
        def look(db: Connection, now: float) -> tuple[Task | None, bool]:
            own = rows.get(db, now, wakeup.task_id)
            alone = own is None or turn_rows.undisputed(db, wakeup.priority, wakeup.task_id)
            return own, alone

        own, alone = await self._ledger.read(look)
        if alone:
            return own
        return await self._ledger.write(
            lambda db, now: rows.get(
                db, now, turn_rows.take_turn(db, wakeup.priority, wakeup.task_id)
            )
        )

    async def waiting(self, tenant: str) -> int:
        return await self._ledger.read(lambda db, _now: turn_rows.waiting(db, tenant))
