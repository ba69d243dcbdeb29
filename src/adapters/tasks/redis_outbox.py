"""The outbox in Redis, beside the ledger: one round trip a call. A write that has to be sent again,
because the link broke before its answer came, finds itself done."""

import json
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any
from uuid import uuid4

from adapters.compact_json import compact_json
from adapters.redis_client import RedisClient
from adapters.tasks.redis_rows import ms, quoted, unquoted
from adapters.tasks.redis_scripts import SCAN, script
from domain.model.errors import StorageUnavailable
from domain.model.record_json import record_from_json, record_to_json
from domain.model.webhook import Delivery, Lane
from ports.clock import Now
from ports.webhook_outbox import Backlog, DeliveryQuery, WebhookOutbox


class RedisWebhookOutbox(WebhookOutbox):
    """`now`: the server's clock. `prefix` begins every key; the ledger's is the same."""

    def __init__(self, client: RedisClient, prefix: str, now: Now) -> None:
        self._client, self._prefix, self._now = client, prefix, now
        self._replace = script(client, "delivery", "delivery_replace")
        self._list = script(client, "delivery", "delivery_list")
        self._due = script(client, "delivery", "delivery_due")
        self._backlog = script(client, "delivery", "delivery_backlog")
        self._writer, self._writes = uuid4().hex[:12], count()

    async def get(self, delivery_id: str) -> Delivery | None:
        body, forget_at = await self._client.call(
            "HMGET", f"{self._prefix}delivery:{delivery_id}", "body", "forget_at"
        )
        if body is None or float(forget_at) <= self._now():
            return None
        return _deliveries([body])[0]

    async def replace(
        self, delivery: Delivery, expected_revision: int | None, at_once: int | None = None
    ) -> bool:
        now = self._now()
        stored = await self._replace(
            prefix=self._prefix, now=repr(now), write=f"{self._writer}.{next(self._writes)}",
            expected=expected_revision, at_once=at_once, row=delivery_row(delivery, now),
        )  # fmt: skip
        return bool(stored)

    async def list(self, query: DeliveryQuery) -> Sequence[Delivery]:
        found: list[Delivery] = []
        outcome = query.outcome and query.outcome.value
        below = "+" if query.before is None else f"({query.before}"
        while True:
            bodies, last = await self._list(
                self._prefix + _list_name(query.tenant), prefix=self._prefix,
                now=repr(self._now()), below=below, scan=SCAN, limit=query.limit - len(found),
                task=query.task_id, outcome=outcome,
            )  # fmt: skip
            found += _deliveries(bodies)
            if last is None:
                return tuple(found)
            below = f"({last.decode()}"

    async def due(self, lane: Lane, limit: int) -> Sequence[Delivery]:
        bodies = await self._due(
            prefix=self._prefix, now=repr(self._now()), lane=_lane_name(lane), limit=limit
        )
        return _deliveries(bodies)

    async def backlog(self, limit: int) -> Backlog:
        names, oldest_at = await self._backlog(
            prefix=self._prefix, now=repr(self._now()), limit=limit
        )
        lanes = tuple(_lane(name.decode()) for name in names)
        return Backlog(lanes, None if oldest_at is None else float(oldest_at))


def delivery_row(delivery: Delivery, now: float) -> dict[str, Any]:
    """What `put_delivery` is told: the row, its places in the indexes, and when it fades."""
    return {
        "id": delivery.delivery_id, "body": compact_json(record_to_json(delivery)).decode(),
        "revision": delivery.revision, "outcome": delivery.outcome.value,
        "task": delivery.task_id or "", "list": _list_name(delivery.tenant),
        "lane": _lane_name(delivery.lane), "leases": f"leased:{quoted(delivery.host)}",
        "next_at": _at(delivery.next_at), "leased_until": _at(delivery.leased_until),
        "created_at": _at(delivery.created_at), "forget_at": _at(delivery.forget_at),
        "fade_ms": ms(delivery.forget_at - now),
    }  # fmt: skip


def _at(at: float | None) -> str:
    return "" if at is None else repr(at)


def _list_name(tenant: str) -> str:
    return f"deliveries:{quoted(tenant)}"


def _lane_name(lane: Lane) -> str:
    return f"lane:{quoted(lane.tenant)}:{quoted(lane.host)}"


def _lane(name: str) -> Lane:
    _, tenant, host = name.split(":")
    return Lane(unquoted(tenant), unquoted(host))


def _deliveries(bodies: Iterable[bytes]) -> tuple[Delivery, ...]:
    """Raises `StorageUnavailable` for a damaged row."""
    try:
        return tuple(record_from_json(Delivery, json.loads(body)) for body in bodies)
    except ValueError as error:
        raise StorageUnavailable from error
