"""Batches in SQL. Whoever calls a function that writes has begun an IMMEDIATE transaction."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, replace
from sqlite3 import Connection
from typing import Any

from adapters.compact_json import compact_json
from domain.model.batch import Batch, BatchCounts, Outcome
from domain.model.codec import batch_from_json, batch_to_json

COLUMNS = "body, pending, succeeded, failed, canceled"

FORGET = "DELETE FROM batch WHERE forget_at <= ?"
INSERT = """
INSERT INTO batch (id, tenant, client_request_id, body, pending, succeeded, failed, canceled)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
COUNTS = {
    (left, entered): f"UPDATE batch SET {left} = {left} - 1, {entered} = {entered} + 1 WHERE id = ?"  # noqa: S608
    for left in Outcome
    for entered in Outcome
}
END = "UPDATE batch SET ended_at = ? WHERE id = ? AND pending = 0 AND ended_at IS NULL"
FINISH = """
UPDATE batch SET body = ?, finished_at = ?, forget_at = ? WHERE id = ? AND finished_at IS NULL"""
BY_ID = f"""
SELECT {COLUMNS} FROM batch
WHERE id = ? AND (forget_at IS NULL OR forget_at > ?)"""  # noqa: S608 - no value is pasted in
ANSWERING = f"""
SELECT {COLUMNS} FROM batch
WHERE id = ? OR (tenant = ? AND client_request_id = ?)"""  # noqa: S608
ENDED = f"""
SELECT {COLUMNS} FROM batch
WHERE ended_at IS NOT NULL AND finished_at IS NULL ORDER BY ended_at LIMIT ?"""  # noqa: S608


def insert(db: Connection, batch: Batch) -> None:
    """`batch`, where none answers for it."""
    head = (batch.batch_id, batch.tenant, batch.client_request_id, _body(batch))
    db.execute(INSERT, (*head, *astuple(batch.counts)))


def answering(db: Connection, now: float, batch: Batch) -> Batch | None:
    """The one that has the id of `batch`, or its tenant's name for it."""
    db.execute(FORGET, (now,))
    names = (batch.batch_id, batch.tenant, batch.client_request_id)
    return _first(db.execute(ANSWERING, names))


def get(db: Connection, now: float, batch_id: str) -> Batch | None:
    return _first(db.execute(BY_ID, (batch_id, now)))


def ended(db: Connection, limit: int) -> Sequence[Batch]:
    return _batches(db.execute(ENDED, (limit,)))


def finish(db: Connection, batch: Batch) -> bool:
    values = (_body(batch), batch.finished_at, batch.forget_at, batch.batch_id)
    return bool(db.execute(FINISH, values).rowcount)


def count(db: Connection, now: float, batch_id: str, left: Outcome, entered: Outcome) -> None:
    """One of its tasks went from one outcome to another."""
    db.execute(COUNTS[left, entered], (batch_id,))
    db.execute(END, (now, batch_id))


def _body(batch: Batch) -> str:
    return compact_json(batch_to_json(batch)).decode()


def _batches(rows: Iterable[Any]) -> Sequence[Batch]:
    return tuple(
        replace(batch_from_json(json.loads(body)), counts=BatchCounts(
            pending=pending, succeeded=succeeded, failed=failed, canceled=canceled
        ))
        for body, pending, succeeded, failed, canceled in rows
    )  # fmt: skip


def _first(rows: Iterable[Any]) -> Batch | None:
    return next(iter(_batches(rows)), None)
