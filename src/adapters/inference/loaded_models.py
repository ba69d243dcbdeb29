"""The models on a device."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock

from adapters.inference.device_memory import free_mb
from adapters.inference.in_our_words import let_go
from domain.model.events import Event, ModelLoaded
from domain.model.model_registry import ModelRegistry
from domain.model.runner import ModelRunner


@dataclass(slots=True, eq=False)
class Resident:
    """A model on the device. `memory_mb`: what it takes there, as far as anybody said; `users`:
    tasks that are at it; `left_s`: when the last one left."""

    name: str
    runner: ModelRunner
    memory_mb: float
    users: int = 0
    left_s: float = 0.0


class LoadedModels:
    """`load`, `release`, `room_mb`, `probe` and `release_all` are for the device's thread alone.
    Iterating gives the residents. `on_load`: called after each load, of which `tell` hears.
    `most_mb`: what they may take of the device's memory together; None: all that is free."""

    def __init__(
        self,
        models: ModelRegistry,
        device: str,
        on_load: Callable[[], None],
        tell: Callable[[Event], None],
        most_mb: float | None = None,
    ) -> None:
        self._models, self._device, self._on_load = models, device, on_load
        self._tell, self._most_mb = tell, most_mb
        self._residents: tuple[Resident, ...] = ()
        self._lock = Lock()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.name for each in self._residents))

    def __iter__(self) -> Iterator[Resident]:
        return iter(self._residents)

    def get(self, name: str) -> Resident | None:
        """The one that runs what comes for `name`: not one of an earlier setup."""
        for each in self._residents:
            if each.name == name and type(each.runner) is self._models.to_run(name).runner:
                return each
        return None

    def load(self, name: str) -> Resident:
        runner, began_s = self._models.build(name), time.monotonic()
        try:
            runner.load(self._device)
        except BaseException as error:
            with suppress(Exception):
                runner.release()
            let_go(error)
            raise
        resident = Resident(name, runner, self._models.to_run(name).memory_mb or 0)
        with self._lock:
            self._residents = (*self._residents, resident)
        self._tell(ModelLoaded(name, self._device, time.monotonic() - began_s))
        self._on_load()
        return resident

    def room_mb(self) -> float | None:
        """What is left for one more; None where nobody knows."""
        rooms = [free_mb(self._device)]
        if self._most_mb is not None:
            rooms.append(self._most_mb - sum(each.memory_mb for each in self._residents))
        return min((each for each in rooms if each is not None), default=None)

    def withdraw(self, resident: Resident) -> None:
        """Nobody finds it any more; what it holds is for `release`."""
        with self._lock:
            self._residents = tuple(each for each in self._residents if each is not resident)

    def release(self, resident: Resident) -> None:
        with suppress(Exception):
            resident.runner.release()

    def probe(self) -> None:
        """A small real pass of each."""
        for each in self._residents:
            each.runner.probe()

    def release_all(self) -> None:
        for each in self._residents:
            self.withdraw(each)
            self.release(each)
