"""What keys used, in the Redis of the ledger."""

from collections.abc import Sequence
from typing import Any

from adapters.redis_client import RedisClient
from adapters.tasks import redis_rows as rows
from adapters.tasks.redis_scripts import script
from domain.model.task import Task
from domain.model.usage import KEPT_DAYS, DayUsage, Usage, day_of, used_by_ending
from ports.usage_store import UsageStore

KEPT_MS = (KEPT_DAYS + 1) * 86_400_000


class RedisUsageStore(UsageStore):
    """`RedisTaskStore` of the same client and prefix counts."""

    def __init__(self, client: RedisClient, prefix: str) -> None:
        self._prefix = prefix
        self._read = script(client, "read_usage")

    async def read(self, key_id: str, days: Sequence[str]) -> Sequence[DayUsage]:
        names = [_name(key_id, day) for day in days]
        found = await self._read(prefix=self._prefix, names=names)
        return [
            DayUsage(day, Usage(**{name: int(counts[at] or 0) for at, name in enumerate(NAMES)}))
            for day, counts in zip(days, found, strict=True)
            if any(counts)
        ]


NAMES = ("tasks", "gpu_ms", "bytes")


def accepted(task: Task, number: int = 1) -> dict[str, Any]:
    """What the scripts are told to count for `number` tasks like this one."""
    if task.key_id is None:
        return {}
    return _counted(_name(task.key_id, day_of(task.created_at)), tasks=number)


def ended(task: Task) -> dict[str, Any]:
    """The same for its end, should the script find that this write ends it."""
    used = used_by_ending(task)
    if used is None or task.key_id is None:
        return {}
    name = _name(task.key_id, used.day)
    return _counted(name, gpu_ms=used.used.gpu_ms, bytes=used.used.bytes)


def _counted(name: str, **amounts: int) -> dict[str, Any]:
    return {"usage": {"name": name, "amounts": amounts, "keep_ms": KEPT_MS}}


def _name(key_id: str, day: str) -> str:
    return f"usage:{rows.quoted(key_id)}:{day}"
