"""The outbox of a ledger inside one process."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice

from adapters.tasks.agenda import Agenda
from domain.model.webhook import Delivery, Lane
from ports.clock import Now
from ports.webhook_outbox import Backlog, DeliveryQuery, WebhookOutbox

DUE, FORGET, OLDEST = "due", "forget", "oldest"


class MemoryWebhookOutbox(WebhookOutbox):
    """No method waits: on one event loop each is atomic."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._rows: dict[str, Delivery] = {}
        self._ids: dict[str, list[str]] = defaultdict(list)
        self._leases: dict[str, dict[str, float]] = defaultdict(dict)
        self._agenda = Agenda()

    def add(self, deliveries: Iterable[Delivery]) -> None:
        """The ledger's own door: rows that come with a move."""
        for delivery in deliveries:
            self._insert(delivery)

    async def get(self, delivery_id: str) -> Delivery | None:
        self._forget()
        return self._rows.get(delivery_id)

    async def replace(
        self, delivery: Delivery, expected_revision: int | None, at_once: int | None = None
    ) -> bool:
        now = self._forget()
        current = self._rows.get(delivery.delivery_id)
        if (current and current.revision) != expected_revision:
            return False
        if at_once is not None and self._leased(delivery.host, now) >= at_once:
            return False
        if current is None:
            self._insert(delivery)
        else:
            self._write(delivery)
        return True

    async def list(self, query: DeliveryQuery) -> Sequence[Delivery]:
        self._forget()
        ids = self._ids.get(query.tenant, [])
        end = len(ids) if query.before is None else bisect_left(ids, query.before)
        falling = (self._rows[ids[at]] for at in range(end - 1, -1, -1))
        return tuple(islice((row for row in falling if _asked_for(row, query)), query.limit))

    async def due(self, lane: Lane, limit: int) -> Sequence[Delivery]:
        rows = (self._rows[each] for each in self._agenda.until(DUE, self._forget()))
        return tuple(islice((row for row in rows if row.lane == lane), limit))

    async def backlog(self, limit: int) -> Backlog:
        now = self._forget()
        due = (self._rows[each].lane for each in self._agenda.until(DUE, now))
        waiting = self._agenda.until(OLDEST, now)
        oldest_at = self._rows[waiting[0]].created_at if waiting else None
        return Backlog(tuple(dict.fromkeys(due))[:limit], oldest_at)

    def _insert(self, delivery: Delivery) -> None:
        insort(self._ids[delivery.tenant], delivery.delivery_id)
        self._write(delivery)

    def _write(self, row: Delivery) -> None:
        times = {FORGET: row.forget_at}
        if row.next_at is not None:
            times |= {DUE: row.next_at, OLDEST: row.created_at}
        self._rows[row.delivery_id] = row
        self._agenda.write(row.delivery_id, times)
        self._leases[row.host].pop(row.delivery_id, None)
        if row.leased_until is not None:
            self._leases[row.host][row.delivery_id] = row.leased_until

    def _leased(self, host: str, now: float) -> int:
        return sum(until > now for until in self._leases[host].values())

    def _forget(self) -> float:
        """Drop what is past its `forget_at`; answers the time it judged by."""
        now = self._now()
        for delivery_id in self._agenda.until(FORGET, now):
            row = self._rows.pop(delivery_id)
            ids = self._ids[row.tenant]
            del ids[bisect_left(ids, delivery_id)]
            self._leases[row.host].pop(delivery_id, None)
            self._agenda.drop(delivery_id)
        return now


def _asked_for(row: Delivery, query: DeliveryQuery) -> bool:
    return query.task_id in (None, row.task_id) and query.outcome in (None, row.outcome)
