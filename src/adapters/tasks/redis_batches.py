"""The batches of a ledger in Redis: one round trip a call."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any
from uuid import uuid4

from adapters.compact_json import compact_json
from adapters.redis_client import RedisClient
from adapters.tasks import redis_rows as rows
from adapters.tasks import redis_usage
from adapters.tasks.redis_scripts import script
from domain.model.batch import Batch, BatchCounts
from domain.model.codec import batch_from_json, batch_to_json
from domain.model.errors import StorageUnavailable
from domain.model.task import Task
from ports.batch_store import BatchStore
from ports.clock import Now


class RedisBatchStore(BatchStore):
    """`RedisTaskStore` of the same client and prefix keeps the counts. A write that has to be sent
    again, because the link broke before its answer came, finds the batch that it stored; a `finish`
    sent again answers False, as if somebody else had been first."""

    def __init__(self, client: RedisClient, prefix: str, now: Now) -> None:
        self._prefix, self._now = prefix, now
        self._insert = script(client, "row", "batch", "usage", "insert_batch")
        self._get = script(client, "batch", "get_batch")
        self._ended = script(client, "batch", "ended_batches")
        self._finish = script(client, "batch", "finish_batch")

    async def insert_once(self, batch: Batch, tasks: Sequence[Task]) -> Batch:
        now = self._now()
        found = await self._insert(
            *rows.batch_keys(self._prefix, batch), prefix=self._prefix, now=repr(now),
            batch=rows.quoted(batch.batch_id), body=_body(batch), counts=_flat(batch.counts),
            write=uuid4().hex, tasks=[rows.inserted(task, now) for task in tasks],
            **redis_usage.accepted(tasks[0], len(tasks)),
        )  # fmt: skip
        return batch if found is None else _batches([found])[0]

    async def get(self, batch_id: str) -> Batch | None:
        found = await self._get(
            prefix=self._prefix, now=repr(self._now()), batch=rows.quoted(batch_id)
        )
        return None if found is None else _batches([found])[0]

    async def ended(self, limit: int) -> Sequence[Batch]:
        now = repr(self._now())
        return _batches(await self._ended(prefix=self._prefix, now=now, limit=limit))

    async def finish(self, batch: Batch) -> bool:
        now, forget_at = self._now(), batch.forget_at or 0.0
        stored = await self._finish(
            prefix=self._prefix, now=repr(now), batch=rows.quoted(batch.batch_id),
            body=_body(batch), forget_at=repr(forget_at), forget_in_ms=rows.ms(forget_at - now),
        )  # fmt: skip
        return bool(stored)


def _body(batch: Batch) -> bytes:
    return compact_json(batch_to_json(batch))


def _flat(counts: BatchCounts) -> list[str | int]:
    return [part for pair in asdict(counts).items() for part in pair]


def _batches(found: Iterable[Sequence[Any]]) -> tuple[Batch, ...]:
    """Raises `StorageUnavailable` for a damaged row."""
    try:
        return tuple(_batch(*row) for row in found)
    except ValueError as error:
        raise StorageUnavailable from error


def _batch(body: bytes, pending: str, succeeded: str, failed: str, canceled: str) -> Batch:
    counts = BatchCounts(pending=int(pending), succeeded=int(succeeded), failed=int(failed),
                         canceled=int(canceled))  # fmt: skip
    return replace(batch_from_json(json.loads(body)), counts=counts)
