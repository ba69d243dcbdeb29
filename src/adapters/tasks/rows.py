"""The ledger in SQL. Whoever calls a function that writes has begun an IMMEDIATE transaction.
The rules are the domain's; this file only finds and stores."""

import json
from collections.abc import Iterable, Mapping, Sequence
from sqlite3 import Connection
from typing import Any

from adapters.compact_json import compact_json
from adapters.tasks import batch_rows, outbox_rows, turn_rows, usage_rows
from domain.model.batch import outcome_of
from domain.model.codec import task_from_json, task_to_json
from domain.model.due import Due, due_times, queued_before
from domain.model.idempotency import IdempotencyKey
from domain.model.task import Task, TaskStatus
from domain.model.webhook import Delivery
from ports.task_store import TaskQuery

KEPT = "(forget_at IS NULL OR forget_at > :now)"

FORGET = "DELETE FROM task WHERE forget_at <= ?"
INSERT = """
INSERT INTO task
    (id, tenant, revision, status, model, batch_id, created_at, erased_at, forget_at, body)
VALUES
    (:id, :tenant, :revision, :status, :model, :batch_id, :created_at, :erased_at, :forget_at,
     :body)"""
UPDATE = f"""
UPDATE task SET revision = :revision, status = :status, erased_at = :erased_at,
    forget_at = :forget_at, body = :body
WHERE id = :id AND revision = :expected AND {KEPT}"""  # noqa: S608 - no value is pasted in
POINT = "INSERT OR REPLACE INTO idempotency (tenant, kind, value, task_id) VALUES (?, ?, ?, ?)"
UNSCHEDULE = "DELETE FROM due WHERE task_id = ?"
SCHEDULE = "INSERT INTO due (task_id, kind, at) VALUES (?, ?, ?)"

STATUS = "SELECT status FROM task WHERE id = ?"
BY_ID = f"SELECT body FROM task WHERE id = :id AND {KEPT}"  # noqa: S608
BY_KEY = """
SELECT body FROM idempotency AS key JOIN task ON id = task_id
WHERE key.tenant = ? AND kind = ? AND value = ?"""
NAMED = """id IN (
    SELECT task_id FROM idempotency
    WHERE tenant = task.tenant AND kind = 'client' AND value = ?)"""
DUE = f"""
SELECT body FROM due JOIN task ON id = task_id
WHERE kind = :kind AND at <= :now AND {KEPT} ORDER BY at, task_id LIMIT :limit"""  # noqa: S608


PLACE = "SELECT at FROM due WHERE kind = ? AND task_id = ?"
BEFORE = "SELECT count(*) FROM due WHERE kind = ? AND (at, task_id) < (?, ?)"
ALL = "SELECT count(*) FROM due WHERE kind = ?"


def insert_once(db: Connection, now: float, task: Task, key: IdempotencyKey | None) -> Task:
    db.execute(FORGET, (now,))
    if answer := _answer(db, now, task.task_id, key):
        return answer
    insert(db, task)
    if key:
        db.execute(POINT, (key.tenant, key.kind.value, key.value, task.task_id))
    return task


def insert(db: Connection, task: Task) -> None:
    """`task`, under an id that nobody has."""
    db.execute(INSERT, _row(task))
    _schedule(db, task)
    usage_rows.accepted(db, task)


def replace(
    db: Connection, now: float, task: Task, expected: int, outbox: Sequence[Delivery]
) -> bool:
    counts = task.batch_id is not None or task.terminal
    before = _status(db, task.task_id) if counts else None
    if not db.execute(UPDATE, {**_row(task), "expected": expected, "now": now}).rowcount:
        return False
    if before:
        _tally(db, now, before, task)
    db.execute(UNSCHEDULE, (task.task_id,))
    _schedule(db, task)
    if outbox:
        outbox_rows.insert(db, now, outbox)
    return True


def get(db: Connection, now: float, task_id: str) -> Task | None:
    return _first(db.execute(BY_ID, {"id": task_id, "now": now}))


def page(db: Connection, now: float, query: TaskQuery) -> Sequence[Task]:
    asked = {
        "tenant = ?": query.tenant,
        "id < ?": query.before,
        "status = ?": query.status and query.status.value,
        "model = ?": query.model,
        "batch_id = ?": query.batch_id,
        "created_at > ?": query.created_after,
        NAMED: query.client_request_id,
        "(forget_at IS NULL OR forget_at > ?)": now,
    }
    given = {term: value for term, value in asked.items() if value is not None}
    where = " AND ".join(["erased_at IS NULL", *given])
    sql = f"SELECT body FROM task WHERE {where} ORDER BY id DESC LIMIT ?"  # noqa: S608
    return _tasks(db.execute(sql, (*given.values(), query.limit)))


def due(db: Connection, now: float, kind: Due, limit: int) -> Sequence[Task]:
    values = {"kind": kind.value, "now": now, "limit": limit}
    return _tasks(db.execute(DUE, values))


def _status(db: Connection, task_id: str) -> TaskStatus | None:
    row = db.execute(STATUS, (task_id,)).fetchone()
    return row and TaskStatus(row[0])


def _tally(db: Connection, now: float, before: TaskStatus, task: Task) -> None:
    left, entered = outcome_of(before), outcome_of(task.status)
    if left is entered:
        return
    if task.batch_id is not None:
        batch_rows.count(db, now, task.batch_id, left, entered)
    usage_rows.ended(db, task)


def ahead_of(db: Connection, task: Task) -> int | None:
    own, *urgent = (kind.value for kind in queued_before(task.request.priority))
    place = db.execute(PLACE, (own, task.task_id)).fetchone()
    if place is None:
        return None
    before = _count(db, BEFORE, own, *place, task.task_id)
    return before + sum(_count(db, ALL, kind) for kind in urgent)


def _count(db: Connection, sql: str, *values: str | float) -> int:
    ((found,),) = db.execute(sql, values)
    return int(found)


def _answer(db: Connection, now: float, task_id: str, key: IdempotencyKey | None) -> Task | None:
    if key:
        name = (key.tenant, key.kind.value, key.value)
        twin = _first(db.execute(BY_KEY, name))
        if twin and key.answered_by(twin, now):
            return twin
    return get(db, now, task_id)


def _schedule(db: Connection, task: Task) -> None:
    turn_rows.write(db, task)
    times = due_times(task)
    if times:
        rows = [(task.task_id, kind.value, at) for kind, at in times.items()]
        db.executemany(SCHEDULE, rows)


def _row(task: Task) -> Mapping[str, Any]:
    return {
        "id": task.task_id, "tenant": task.tenant, "revision": task.revision,
        "status": task.status.value, "model": task.request.model, "batch_id": task.batch_id,
        "created_at": task.created_at, "erased_at": task.erased_at, "forget_at": task.forget_at,
        "body": compact_json(task_to_json(task)).decode(),
    }  # fmt: skip


def _tasks(rows: Iterable[Any]) -> Sequence[Task]:
    return tuple(task_from_json(json.loads(body)) for (body,) in rows)


def _first(rows: Iterable[Any]) -> Task | None:
    return next(iter(_tasks(rows)), None)
