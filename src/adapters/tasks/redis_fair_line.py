"""Whose turn it is, in the Redis of the ledger: one round trip, as looking for the task would."""

from adapters.redis_client import RedisClient
from adapters.tasks import redis_rows as rows
from adapters.tasks.redis_scripts import script
from domain.model.priority import Priority
from domain.model.task import WAITING, Task
from domain.model.wakeup import Wakeup
from ports.clock import Now
from ports.fair_line import FairLine

STANDS = {status.value: True for status in sorted(WAITING)}


class RedisFairLine(FairLine):
    """`RedisTaskStore` of the same client and prefix keeps the line."""

    def __init__(self, client: RedisClient, prefix: str, now: Now) -> None:
        self._prefix, self._now = prefix, now
        self._next = script(client, "row", "next")
        self._waiting = script(client, "row", "waiting")

    async def next(self, wakeup: Wakeup) -> Task | None:
        body = await self._next(
            prefix=self._prefix, now=repr(self._now()), id=wakeup.task_id,
            tier=wakeup.priority.value, stands=STANDS,
        )  # fmt: skip
        return None if body is None else rows.tasks([body])[0]

    async def waiting(self, tenant: str) -> int:
        lines = [rows.line_of(tier, tenant) for tier in Priority]
        return int(await self._waiting(prefix=self._prefix, lines=lines))
