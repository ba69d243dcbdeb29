"""The ledger in Redis: one round trip a call, shared by any number of processes.

What survives is what the server's own persistence keeps; `start` looks at that and says so. A write
that has to be sent again, because the link broke before its answer came, finds itself done.
"""

import logging
from collections.abc import Sequence
from itertools import count
from uuid import uuid4

from adapters.redis_client import RedisClient
from adapters.tasks import redis_rows as rows
from adapters.tasks import redis_usage
from adapters.tasks.redis_keeping import Warn, check_keeping
from adapters.tasks.redis_outbox import delivery_row
from adapters.tasks.redis_scripts import SCAN, script
from domain.model.due import Due, queued_before
from domain.model.idempotency import IdempotencyKey, client_key
from domain.model.task import Task
from domain.model.webhook import Delivery
from ports.clock import Now
from ports.lifecycle import Lifecycle
from ports.task_store import TaskQuery, TaskStore
from ports.waiting_line import WaitingLine

log = logging.getLogger(__name__)


class RedisTaskStore(TaskStore, WaitingLine, Lifecycle):
    """`now`: the server's clock. `prefix` begins every key. `warn` is told at the start what the
    server's settings put at risk; eviction is refused unless `allow_eviction`."""

    def __init__(
        self,
        client: RedisClient,
        prefix: str,
        now: Now,
        *,
        allow_eviction: bool = False,
        warn: Warn = log.warning,
    ) -> None:
        self._client, self._prefix, self._now = client, prefix, now
        self._allow_eviction, self._warn = allow_eviction, warn
        self._insert_once = script(client, "row", "usage", "insert_once")
        self._replace = script(client, "row", "batch", "usage", "delivery", "replace")
        self._list = script(client, "row", "list")
        self._due = script(client, "row", "due")
        self._ahead = script(client, "ahead")
        self._writer, self._writes = uuid4().hex[:12], count()

    async def start(self) -> None:
        """Raises `StorageUnavailable` for a server that can't hold a ledger, as set up."""
        await check_keeping(self._client, self._allow_eviction, self._warn)

    async def ping(self) -> None:
        await self._client.ping()

    async def insert_once(self, task: Task, key: IdempotencyKey | None) -> Task:
        yielded: Task | None = None
        while True:
            found = await self._inserted(task, key, yielded)
            if found is None:
                return task
            if found.task_id == task.task_id or not key or key.answered_by(found, self._now()):
                return found
            yielded = found

    async def get(self, task_id: str) -> Task | None:
        body, forget_at = await self._client.call(
            "HMGET", f"{self._prefix}task:{task_id}", "body", "forget_at"
        )
        if body is None or (forget_at and float(forget_at) <= self._now()):
            return None
        return rows.tasks([body])[0]

    async def replace(
        self, task: Task, expected_revision: int, outbox: Sequence[Delivery] = ()
    ) -> bool:
        now = self._now()
        stored = await self._replace(
            prefix=self._prefix, now=repr(now), write=self._write(), expected=expected_revision,
            outbox=[delivery_row(each, now) for each in outbox], **rows.counted(task),
            **redis_usage.ended(task),
            **rows.row(task, now),
        )  # fmt: skip
        return bool(stored)

    async def list(self, query: TaskQuery) -> Sequence[Task]:
        if query.client_request_id is not None:
            return await self._named(query, query.client_request_id)
        found: list[Task] = []
        filters = rows.asked(query)
        scan = SCAN if any(filters.values()) else min(query.limit, SCAN)
        below = "+" if query.before is None else f"({query.before}"
        while True:
            bodies, last = await self._list(
                self._prefix + rows.list_name(query), prefix=self._prefix, now=repr(self._now()),
                below=below, scan=scan, limit=query.limit - len(found), **filters,
            )  # fmt: skip
            found += rows.tasks(bodies)
            if last is None:
                return tuple(found)
            below = f"({last.decode()}"

    async def due(self, kind: Due, limit: int) -> Sequence[Task]:
        index = f"{self._prefix}due:{kind.value}"
        return rows.tasks(
            await self._due(index, prefix=self._prefix, now=repr(self._now()), limit=limit)
        )

    async def ahead_of(self, task: Task) -> int | None:
        kinds = queued_before(task.request.priority)
        indexes = [f"{self._prefix}due:{kind.value}" for kind in kinds]
        ahead: int | None = await self._ahead(*indexes, id=task.task_id)
        return ahead

    async def _named(self, query: TaskQuery, client_request_id: str) -> Sequence[Task]:
        name = rows.key_name(client_key(query.tenant, client_request_id, 0))
        task_id = await self._client.call("GET", self._prefix + name)
        task = await self.get(task_id.decode()) if task_id else None
        before = query.before is None or (task is not None and task.task_id < query.before)
        return (task,) if task is not None and before and query.fits(task) else ()

    async def _inserted(
        self, task: Task, key: IdempotencyKey | None, yielded: Task | None
    ) -> Task | None:
        """None: `task` is stored. A task: it stands in the way, unless it is `yielded`."""
        now = self._now()
        names = [self._prefix + rows.key_name(key)] if key else []
        body = await self._insert_once(
            *names, prefix=self._prefix, now=repr(now), write=self._write(),
            yielded=yielded.task_id if yielded else None,
            key_ms=rows.key_ms(key, task, now) if key else None,
            **redis_usage.accepted(task), **rows.row(task, now),
        )  # fmt: skip
        return None if body is None else rows.tasks([body])[0]

    def _write(self) -> str:
        """A name for this one call, so that its repetition is known as such."""
        return f"{self._writer}.{next(self._writes)}"
