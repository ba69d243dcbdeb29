"""Telling the registry, beat by beat, that this worker lives and what it does."""

import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from domain.model.errors import Unavailable
from domain.model.events import LoopFailed
from domain.model.model_registry import ModelRegistry
from domain.model.worker import WorkerInfo, WorkerState
from entrypoints.settings import Settings
from entrypoints.worker.watch import InHand
from ports.clock import Now
from ports.device_meter import DeviceMeter
from ports.inference import Inference
from ports.telemetry import Telemetry
from ports.worker_registry import WorkerRegistry


class Heartbeat:
    """Called every `BEAT_S` while the worker is ready; then `drain`, then `leave`."""

    def __init__(
        self,
        registry: WorkerRegistry,
        worker: WorkerInfo,
        models: ModelRegistry,
        in_hand: InHand,
        inference: Inference,
        meter: DeviceMeter,
        telemetry: Telemetry,
    ) -> None:
        self._registry, self._in_hand, self._telemetry = registry, in_hand, telemetry
        self._models, self._inference, self._meter = models, inference, meter
        self._worker = replace(worker, state=WorkerState.READY, slots=in_hand.slots)

    async def __call__(self) -> None:
        gpu, loaded = await self._meter.read(), tuple(self._inference.loaded)
        self._telemetry.sample_device(gpu, loaded, self._inference.use)
        self._worker = replace(self._worker, gpu=gpu, loaded=loaded)
        await self._beat()

    async def drain(self) -> None:
        """Said at once, so that nobody counts on it any more."""
        if self._worker.state is not WorkerState.SICK:
            self._worker = replace(self._worker, state=WorkerState.DRAINING)
        await self._beat()

    async def fall_sick(self) -> None:
        """Said at once, without asking the device anything."""
        self._worker = replace(self._worker, state=WorkerState.SICK)
        await self._beat()

    async def leave(self) -> None:
        await self._registry.leave(self._worker.worker_id)

    async def _beat(self) -> None:
        models = tuple(spec.name for spec in self._models)
        told = replace(self._worker, models=models, in_flight=self._in_hand.count)
        await self._registry.beat(told)


@asynccontextmanager
async def at_the_end(
    call: Callable[[], Awaitable[None]], telemetry: Telemetry
) -> AsyncIterator[None]:
    """Make `call` when the block ends. That the registry is out of reach then harms nothing."""
    try:
        yield
    finally:
        try:
            await call()
        except Unavailable as error:
            telemetry.record(LoopFailed("heartbeat", error.detail))


def this_worker(worker_id: str, settings: Settings, now: Now, version: str) -> WorkerInfo:
    """What this process says of itself."""
    return WorkerInfo(
        worker_id=worker_id, host=socket.gethostname(), pid=os.getpid(), device=settings.device,
        version=version, started_at=now(),
    )  # fmt: skip
