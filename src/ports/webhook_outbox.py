"""The outbox: webhooks that were written down with the moves they tell of."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from domain.model.webhook import Delivery, Lane, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryQuery:
    """Own deliveries, by falling id. `before`: the last id of the page before. None = any."""

    tenant: str
    limit: int = 20
    before: str | None = None
    task_id: str | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """`lanes` with deliveries that are due, the longest due first; since when the oldest of all
    undelivered ones waits."""

    lanes: Sequence[Lane] = ()
    oldest_at: float | None = None


class WebhookOutbox(ABC):
    """Rows that a `TaskStore.replace` brought, or `replace` here; those past their `forget_at` are
    absent. Every method raises `StorageUnavailable` when the database is out of reach."""

    __slots__ = ()

    @abstractmethod
    async def get(self, delivery_id: str) -> Delivery | None:
        """The delivery, or None."""

    @abstractmethod
    async def replace(
        self, delivery: Delivery, expected_revision: int | None, at_once: int | None = None
    ) -> bool:
        """Compare-and-set; `expected_revision` None inserts. False: the row is at another revision
        (or is gone, or there), or `at_once` others to its host are leased; nothing changed then."""

    @abstractmethod
    async def list(self, query: DeliveryQuery) -> Sequence[Delivery]:
        """At most `query.limit` deliveries of a tenant by falling id."""

    @abstractmethod
    async def due(self, lane: Lane, limit: int) -> Sequence[Delivery]:
        """At most `limit` deliveries of the lane whose `next_at` has come, the longest due
        first."""

    @abstractmethod
    async def backlog(self, limit: int) -> Backlog:
        """What is to be done; at most `limit` lanes."""
