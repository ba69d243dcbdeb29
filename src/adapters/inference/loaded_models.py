"""The models on a device. Used by the device's thread; others may only look."""

import time
from collections.abc import Callable
from contextlib import suppress

from domain.model.events import Event, ModelLoaded
from domain.model.model_registry import ModelRegistry
from domain.model.runner import ModelRunner


class LoadedModels:
    """`set_threads`: called after each load: torch is there by then, if ever."""

    def __init__(
        self,
        models: ModelRegistry,
        device: str,
        set_threads: Callable[[], None] | None,
        tell: Callable[[Event], None],
    ) -> None:
        self._models, self._device, self._set_threads = models, device, set_threads
        self._tell = tell
        self._runners: dict[str, ModelRunner] = {}
        self._failures: dict[str, tuple[float, Exception]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._runners)

    def get(self, name: str) -> ModelRunner | None:
        return self._runners.get(name)

    def load(self, name: str, asked_s: float) -> ModelRunner:
        """The runner of `name`, loaded by now. Who `asked_s` (monotonic) before a load failed
        shares its failure: the device is not held up once for each of them."""
        if name in self._runners:
            return self._runners[name]
        failed_s, failure = self._failures.get(name, (asked_s, None))
        if failure is not None and asked_s < failed_s:
            raise failure
        runner, began_s = self._models.build(name), time.monotonic()
        try:
            runner.load(self._device)
        except BaseException as error:
            if isinstance(error, Exception):
                self._failures[name] = time.monotonic(), error
            with suppress(Exception):
                runner.release()
            raise
        self._runners[name] = runner
        self._tell(ModelLoaded(name, self._device, time.monotonic() - began_s))
        if self._set_threads is not None:
            self._set_threads()
        return runner

    def probe(self) -> None:
        """A small real pass of each."""
        for runner in self._runners.values():
            runner.probe()

    def release(self) -> None:
        while self._runners:
            with suppress(Exception):
                self._runners.popitem()[1].release()
