"""The workers of all processes, in Redis: `workers`, a sorted set of ids by the second they were
last seen, and `worker:<id>`, what each said then (JSON). Both end three beats after the last."""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from typing import Any, TypeVar

from adapters.redis_client import RedisClient
from domain.model.device import DeviceFacts
from domain.model.errors import StorageUnavailable
from domain.model.worker import BEAT_S, MISSED_BEATS, WorkerInfo, WorkerState
from ports.clock import Now
from ports.lifecycle import Lifecycle
from ports.worker_registry import WorkerRegistry

GONE_AFTER_S = MISSED_BEATS * BEAT_S
T = TypeVar("T", WorkerInfo, DeviceFacts)


class RedisWorkerRegistry(WorkerRegistry, Lifecycle):
    """`now`: the server's clock."""

    def __init__(self, client: RedisClient, prefix: str, now: Now) -> None:
        self._client, self._prefix, self._now = client, prefix, now
        self._seen = f"{prefix}workers"

    async def ping(self) -> None:
        await self._client.ping()

    async def beat(self, worker: WorkerInfo) -> None:
        now, ttl_ms = self._now(), round(GONE_AFTER_S * 1000)
        said = json.dumps(asdict(replace(worker, seen_at=now)))
        await self._client.together(
            ("SET", self._name(worker.worker_id), said, "PX", ttl_ms),
            ("ZADD", self._seen, repr(now), worker.worker_id),
            ("ZREMRANGEBYSCORE", self._seen, "-inf", repr(now - GONE_AFTER_S)),
            ("PEXPIRE", self._seen, ttl_ms),
        )

    async def alive(self) -> Sequence[WorkerInfo]:
        gone_since = f"({self._now() - GONE_AFTER_S!r}"
        ids = await self._client.call("ZRANGE", self._seen, gone_since, "+inf", "BYSCORE")
        if not ids:
            return ()
        names = [self._name(worker_id.decode()) for worker_id in sorted(ids)]
        said = await self._client.call("MGET", *names)
        return tuple(_worker(text) for text in said if text is not None)

    async def leave(self, worker_id: str) -> None:
        await self._client.together(("DEL", self._name(worker_id)), ("ZREM", self._seen, worker_id))

    def _name(self, worker_id: str) -> str:
        return f"{self._prefix}worker:{worker_id}"


def _worker(said: bytes) -> WorkerInfo:
    try:
        told = json.loads(said)
        worker, gpu = _known(WorkerInfo, told), told.get("gpu")
        return replace(
            worker, state=WorkerState(worker.state), models=tuple(worker.models),
            loaded=tuple(worker.loaded), gpu=gpu and _known(DeviceFacts, gpu),
        )  # fmt: skip
    except (ValueError, TypeError, AttributeError) as error:
        raise StorageUnavailable("A worker's entry can't be read.") from error


def _known(kind: type[T], told: dict[str, Any]) -> T:
    """What a release next to this one says besides is passed over; what it does not say yet has
    its default."""
    names = {field.name for field in fields(kind)}
    return kind(**{name: value for name, value in told.items() if name in names})
