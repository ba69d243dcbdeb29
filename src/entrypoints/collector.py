"""One look at the whole service for the metrics: by one process, for all of them."""

import asyncio
import shutil
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from domain.model.events import LoopFailed
from domain.model.stock import DiskFacts, Stock
from domain.model.worker import WorkerInfo
from domain.use_cases.measure_backlog import MeasureBacklog
from domain.use_cases.measure_undelivered import MeasureUndelivered
from ports.telemetry import Telemetry
from ports.worker_registry import WorkerRegistry

COLLECT_EVERY_S = 5.0
PATIENCE_S = 4.0
"""For each part of a look: one server that is silent hides nothing of the others."""

T = TypeVar("T")


class Collector:
    """Called every `COLLECT_EVERY_S`. What it can't learn is missing from the metrics, not old."""

    def __init__(
        self,
        backlog: MeasureBacklog,
        undelivered: MeasureUndelivered,
        workers: WorkerRegistry,
        probes: Mapping[str, Callable[[], Awaitable[None]]],
        data_dir: Path,
        telemetry: Telemetry,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._backlog, self._undelivered = backlog, undelivered
        self._workers, self._probes = workers, probes
        self._data_dir, self._telemetry, self._patience_s = data_dir, telemetry, patience_s

    async def __call__(self) -> None:
        parts, workers, disk, undelivered_s = await asyncio.gather(
            self._parts(), self._known(self._alive), self._known(self._disk),
            self._known(self._undelivered),
        )  # fmt: skip
        # The depth last known would pass for today's while the queue is out of reach.
        reachable = parts.get("queue", True) and parts.get("ledger", True)
        tiers = await self._known(self._backlog) if reachable else None
        stock = Stock(
            tiers=tiers, workers=workers, parts=parts, disk=disk, undelivered_s=undelivered_s
        )
        self._telemetry.sample_stock(stock)

    async def _parts(self) -> Mapping[str, bool]:
        usable = await asyncio.gather(*(self._usable(probe) for probe in self._probes.values()))
        return dict(zip(self._probes, usable, strict=True))

    async def _usable(self, probe: Callable[[], Awaitable[None]]) -> bool:
        """Why not is for the readiness probe and the log of whoever needed it."""
        try:
            await asyncio.wait_for(probe(), self._patience_s)
        except Exception:
            return False
        return True

    async def _known(self, look: Callable[[], Awaitable[T]]) -> T | None:
        try:
            return await asyncio.wait_for(look(), self._patience_s)
        except Exception:
            self._telemetry.record(LoopFailed("collect", traceback.format_exc()))
            return None

    async def _alive(self) -> Sequence[WorkerInfo]:
        return await self._workers.alive()

    async def _disk(self) -> DiskFacts | None:
        """Of the nearest folder there is: nothing may have been written yet."""
        at = self._data_dir.absolute()
        folder = next(each for each in (at, *at.parents) if each.exists())
        usage = await asyncio.to_thread(shutil.disk_usage, folder)
        return DiskFacts(usage.free, usage.total)
