"""Who uses which model on the device, and which one has to go for another."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

from adapters.inference.loaded_models import LoadedModels, Resident
from domain.model.control import Stop, Stopped
from domain.model.errors import DeviceFault, GpuOutOfMemory
from domain.model.model_registry import ModelRegistry
from domain.model.model_setup import Loading

T = TypeVar("T")

IDLE_S = 10.0
"""How long a model that nobody can ask for any more waits for tasks accepted earlier."""


class OnDevice(Protocol):
    """Has the device's thread make a call."""

    def __call__(self, call: Callable[[], T], /) -> Awaitable[T]: ...


@dataclass(slots=True, eq=False)
class Arrival:
    """A load that `waiting` tasks wait for."""

    waiting: int = 0
    resident: Resident | None = None
    blamed: bool = False


class Residents:
    """Used on the event loop alone. Models for the startup stay; a lazy one goes when another
    needs its room and nobody is at it, and so does one that was set up otherwise or taken away.
    `idle_s`: see `IDLE_S`."""

    def __init__(
        self,
        models: ModelRegistry,
        loaded: LoadedModels,
        on_device: OnDevice,
        idle_s: float = IDLE_S,
    ) -> None:
        self._models, self._loaded, self._on_device = models, loaded, on_device
        self._idle_s = idle_s
        self._arrivals: dict[str, tuple[Arrival, asyncio.Task[Resident]]] = {}
        self._moving, self._left = asyncio.Lock(), asyncio.Event()
        self._making_room = False
        self._leaving: set[asyncio.Task[None]] = set()

    def take(self, name: str) -> Resident | None:
        """The model for one more user, if it is there. While room is made for another one, who
        asks for what may have to go for it stands in line, too: else that would never come."""
        found = self._loaded.get(name)
        if found is None or (self._making_room and self._may_go(found)):
            return None
        found.users += 1
        return found

    async def bring(self, name: str) -> Resident:
        """The model for one more user, loaded if it is not there. Those who wait for the same
        load share its failure: the device is not held up once for each of them."""
        if name not in self._arrivals:
            arrival = Arrival()
            self._arrivals[name] = arrival, _task(self._arrive(name, arrival))
        arrival, task = self._arrivals[name]
        arrival.waiting += 1
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise Stopped(Stop.DRAIN) from None
            arrival.waiting -= 1
            if arrival.resident is not None:
                self.leave(arrival.resident)
            raise
        except DeviceFault:
            if arrival.blamed:  # one is enough: the others go back as they came
                raise Stopped(Stop.DRAIN) from None
            arrival.blamed = True
            raise

    def leave(self, resident: Resident) -> None:
        """One user less."""
        resident.users -= 1
        resident.left_s = time.monotonic()
        if not resident.users:
            self._left.set()
            self._see_off(resident)

    async def refresh(self, wanted: Sequence[str]) -> Mapping[str, Exception]:
        """Load the `wanted`, and see off who is not to stay. Why one can't be loaded, by name."""
        failures = dict[str, Exception]()
        for name in wanted:
            try:
                self.leave(self.take(name) or await self.bring(name))
            except Exception as error:
                failures[name] = error
        for each in self._loaded:
            self._see_off(each)
        return failures

    async def aclose(self) -> None:
        """Whoever still waits for a model waits in vain."""
        tasks = [*self._leaving, *(task for _, task in self._arrivals.values())]
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _arrive(self, name: str, arrival: Arrival) -> Resident:
        try:
            async with self._moving:
                resident = self._loaded.get(name) or await self._load(name)
                resident.users += arrival.waiting
                arrival.resident = resident
                return resident
        finally:
            del self._arrivals[name]

    async def _load(self, name: str) -> Resident:
        while not await self._fits(name) and await self._one_went():
            pass
        while True:
            try:
                return await self._on_device(partial(self._loaded.load, name))
            except GpuOutOfMemory:
                if not await self._one_went():
                    raise

    async def _fits(self, name: str) -> bool:
        needed_mb = self._models.to_run(name).memory_mb
        if needed_mb is None:
            return True
        room_mb = await self._on_device(self._loaded.room_mb)
        return room_mb is None or needed_mb <= room_mb

    async def _one_went(self) -> bool:
        """Release who may go and was used least lately, as soon as nobody is at it; False where
        nobody may."""
        self._making_room = True
        try:
            while going := [each for each in self._loaded if self._may_go(each)]:
                if idle := [each for each in going if not each.users]:
                    await self._release(min(idle, key=lambda each: each.left_s))
                    return True
                self._left.clear()
                await self._left.wait()
            return False
        finally:
            self._making_room = False

    def _may_go(self, resident: Resident) -> bool:
        lazy = self._models.to_run(resident.name).loading is Loading.LAZY
        return lazy or not self._models.is_current(type(resident.runner))

    def _see_off(self, resident: Resident) -> None:
        if not resident.users and not self._models.is_current(type(resident.runner)):
            task = _task(self._end(resident))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def _end(self, resident: Resident) -> None:
        """Unless it is wanted again meanwhile: whoever leaves it last then sees it off anew."""
        while not resident.users and (stays_s := self._stays_s(resident)) > 0:  # noqa: ASYNC110
            await asyncio.sleep(stays_s)  # the passing of time is all there is to wait for
        current = self._models.is_current(type(resident.runner))
        if not current and not resident.users and resident in tuple(self._loaded):
            with suppress(Stopped):
                await self._release(resident)

    def _stays_s(self, resident: Resident) -> float:
        """One that was replaced is not asked for again, one that was taken away may be."""
        if self._loaded.get(resident.name) is not resident:
            return 0
        return resident.left_s + self._idle_s - time.monotonic()

    async def _release(self, resident: Resident) -> None:
        self._loaded.withdraw(resident)
        await self._on_device(partial(self._loaded.release, resident))


def _task(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """What it raises may interest nobody any more."""
    task = asyncio.create_task(work)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    return task
