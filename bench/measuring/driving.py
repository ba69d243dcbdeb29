"""The batchers alone, without a service around them, over the simulated device."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from simulated.device import SimulatedDevice
from simulated.naive import NaiveBatcher

from adapters.inference.device_thread import DeviceThreadInference
from domain.model.batching import BatchLimits
from domain.model.model_registry import ModelRegistry
from domain.model.runner import RunnerInput

Call = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Driven:
    """`rate`: items a second. `busy`: the share of the time in which the device worked.
    `batch`: mean items a batch."""

    rate: float
    busy: float
    batch: float


async def ours(callers: int, seconds: float, max_batch: int) -> Driven:
    models = ModelRegistry()
    models.register(SimulatedDevice)
    limits = BatchLimits(max_items=max_batch)
    inference = DeviceThreadInference(models, preload=["simulated"], limits=limits)
    await inference.start()

    async def call() -> object:
        with inference.admit("simulated") as run:
            return await run(RunnerInput({}, {}))

    try:
        return await _driven(call, callers, seconds)
    finally:
        await inference.aclose()


async def naive(callers: int, seconds: float, max_batch: int) -> Driven:
    batcher = NaiveBatcher(SimulatedDevice().infer, max_batch)
    try:
        return await _driven(lambda: batcher.run((64, 64), object()), callers, seconds)
    finally:
        batcher.close()


async def _driven(call: Call, callers: int, seconds: float) -> Driven:
    """A closed loop of `callers`; measured without its first tenth and its end."""
    SimulatedDevice.runs.clear()
    until_s = time.monotonic() + seconds

    async def caller() -> None:
        while time.monotonic() < until_s:
            await call()

    await asyncio.gather(*(caller() for _ in range(callers)))
    return _seen(until_s - 0.9 * seconds, until_s)


def _seen(from_s: float, until_s: float) -> Driven:
    """Of the batches that began in between: from the first one's begin to the last one's."""
    runs = [run for run in SimulatedDevice.runs if from_s <= run[0] < until_s]
    whole, (last_began_s, _, _) = runs[:-1], runs[-1]
    took_s = last_began_s - whole[0][0]
    items = sum(size for _, _, size in whole)
    worked_s = sum(ended_s - began_s for began_s, ended_s, _ in whole)
    return Driven(items / took_s, worked_s / took_s, items / len(whole))
