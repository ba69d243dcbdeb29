"""The outbox in SQL. Whoever calls a function that writes has begun an IMMEDIATE transaction.
The rules are the domain's; this file only finds and stores."""

import json
from collections.abc import Iterable, Mapping, Sequence
from sqlite3 import Connection
from typing import Any

from adapters.compact_json import compact_json
from domain.model.record_json import record_from_json, record_to_json
from domain.model.webhook import Delivery, Lane
from ports.webhook_outbox import Backlog, DeliveryQuery

FORGET = "DELETE FROM delivery WHERE forget_at <= ?"
INSERT = """
INSERT INTO delivery
    (id, tenant, host, task_id, outcome, revision, created_at, next_at, leased_until, forget_at,
     body)
VALUES
    (:id, :tenant, :host, :task_id, :outcome, :revision, :created_at, :next_at, :leased_until,
     :forget_at, :body)"""
UPDATE = """
UPDATE delivery SET outcome = :outcome, revision = :revision, next_at = :next_at,
    leased_until = :leased_until, forget_at = :forget_at, body = :body
WHERE id = :id AND revision = :expected AND forget_at > :now"""
LEASED = "SELECT count(*) FROM delivery WHERE host = ? AND leased_until > ?"

BY_ID = "SELECT body FROM delivery WHERE id = ? AND forget_at > ?"
DUE = """
SELECT body FROM delivery WHERE tenant = :tenant AND host = :host AND next_at <= :now
    AND forget_at > :now ORDER BY next_at, id LIMIT :limit"""
LANES = """
SELECT tenant, host FROM delivery WHERE next_at <= :now AND forget_at > :now
GROUP BY tenant, host ORDER BY min(next_at), tenant, host LIMIT :limit"""
OLDEST = "SELECT min(created_at) FROM delivery WHERE next_at IS NOT NULL AND forget_at > ?"


def insert(db: Connection, now: float, deliveries: Iterable[Delivery]) -> None:
    db.execute(FORGET, (now,))
    db.executemany(INSERT, [_row(delivery) for delivery in deliveries])


def replace(
    db: Connection, now: float, delivery: Delivery, expected: int | None, at_once: int | None
) -> bool:
    if at_once is not None:
        ((leased,),) = db.execute(LEASED, (delivery.host, now))
        if leased >= at_once:
            return False
    if expected is None:
        if get(db, now, delivery.delivery_id):
            return False
        insert(db, now, [delivery])
        return True
    values = {**_row(delivery), "expected": expected, "now": now}
    return db.execute(UPDATE, values).rowcount > 0


def get(db: Connection, now: float, delivery_id: str) -> Delivery | None:
    return next(iter(_deliveries(db.execute(BY_ID, (delivery_id, now)))), None)


def page(db: Connection, now: float, query: DeliveryQuery) -> Sequence[Delivery]:
    asked = {
        "tenant = ?": query.tenant,
        "id < ?": query.before,
        "task_id = ?": query.task_id,
        "outcome = ?": query.outcome and query.outcome.value,
        "forget_at > ?": now,
    }
    given = {term: value for term, value in asked.items() if value is not None}
    where = " AND ".join(given)
    sql = f"SELECT body FROM delivery WHERE {where} ORDER BY id DESC LIMIT ?"  # noqa: S608
    return _deliveries(db.execute(sql, (*given.values(), query.limit)))


def due(db: Connection, now: float, lane: Lane, limit: int) -> Sequence[Delivery]:
    values = {"tenant": lane.tenant, "host": lane.host, "now": now, "limit": limit}
    return _deliveries(db.execute(DUE, values))


def backlog(db: Connection, now: float, limit: int) -> Backlog:
    lanes = [Lane(*row) for row in db.execute(LANES, {"now": now, "limit": limit})]
    ((oldest_at,),) = db.execute(OLDEST, (now,))
    return Backlog(tuple(lanes), oldest_at)


def _row(delivery: Delivery) -> Mapping[str, Any]:
    return {
        "id": delivery.delivery_id, "tenant": delivery.tenant, "host": delivery.host,
        "task_id": delivery.task_id, "outcome": delivery.outcome.value,
        "revision": delivery.revision, "created_at": delivery.created_at,
        "next_at": delivery.next_at, "leased_until": delivery.leased_until,
        "forget_at": delivery.forget_at,
        "body": compact_json(record_to_json(delivery)).decode(),
    }  # fmt: skip


def _deliveries(rows: Iterable[Any]) -> Sequence[Delivery]:
    return tuple(record_from_json(Delivery, json.loads(body)) for (body,) in rows)
