"""The workers of one process."""

from collections.abc import Sequence
from dataclasses import replace

from domain.model.worker import BEAT_S, MISSED_BEATS, WorkerInfo
from ports.clock import Now
from ports.lifecycle import Lifecycle
from ports.worker_registry import WorkerRegistry


class MemoryWorkerRegistry(WorkerRegistry, Lifecycle):
    def __init__(self, now: Now) -> None:
        self._now = now
        self._workers: dict[str, WorkerInfo] = {}

    async def beat(self, worker: WorkerInfo) -> None:
        self._workers[worker.worker_id] = replace(worker, seen_at=self._now())

    async def alive(self) -> Sequence[WorkerInfo]:
        gone_since = self._now() - MISSED_BEATS * BEAT_S
        for worker in list(self._workers.values()):
            if worker.seen_at <= gone_since:
                del self._workers[worker.worker_id]
        return tuple(self._workers[worker_id] for worker_id in sorted(self._workers))

    async def leave(self, worker_id: str) -> None:
        self._workers.pop(worker_id, None)
