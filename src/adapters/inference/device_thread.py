"""Running models on one device: one thread owns it, two more prepare and postprocess beside it."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import perf_counter
from typing import TypeVar

from domain.model.runner import ModelRegistry, ModelRunner, RunnerInput
from ports.inference import Inference, Inferred
from ports.lifecycle import Lifecycle

T = TypeVar("T")


class DeviceThreadInference(Inference, Lifecycle):
    """Everything a runner does to the device (`load`, `infer`, `release`) happens on the one
    device thread, in turn. `preload`: names loaded and warmed by `start`; others at first use.
    `set_threads`: called on the device thread after each load: torch is there by then, if ever."""

    def __init__(
        self,
        models: ModelRegistry,
        device: str = "cpu",
        preload: Sequence[str] = (),
        set_threads: Callable[[], None] | None = None,
    ) -> None:
        self._models, self._device, self._preload = models, device, preload
        self._set_threads = set_threads
        self._loaded: dict[str, ModelRunner] = {}
        self._device_thread = ThreadPoolExecutor(1, thread_name_prefix=f"device-{device}")
        self._beside = ThreadPoolExecutor(2, thread_name_prefix="beside-device")

    def serves(self, model: str) -> bool:
        return model in self._models

    async def start(self) -> None:
        for name in self._preload:
            await self._on_device(partial(self._runner, name))

    async def aclose(self) -> None:
        """Waits for what runs on the device: its checkpoint lets it go within one tile."""
        await self._on_device(self._release_all)
        self._device_thread.shutdown(wait=False)
        self._beside.shutdown(wait=False)

    async def run(self, model: str, work: RunnerInput) -> Inferred:
        runner = await self._on_device(lambda: self._runner(model))
        prepared, prepare_s = await self._beside_device(
            lambda: _timed(lambda: runner.prepare(work))
        )
        outputs, infer_s = await self._on_device(lambda: _timed(lambda: runner.infer([prepared])))
        output, post_s = await self._beside_device(
            lambda: _timed(lambda: runner.postprocess(outputs[0]))
        )
        return Inferred(
            output, self._device, round(1000 * prepare_s), round(1000 * (infer_s + post_s))
        )

    def _runner(self, name: str) -> ModelRunner:
        if name not in self._loaded:
            runner = self._models.build(name)
            runner.load(self._device)
            self._loaded[name] = runner
            if self._set_threads is not None:
                self._set_threads()
        return self._loaded[name]

    def _release_all(self) -> None:
        while self._loaded:
            self._loaded.popitem()[1].release()

    async def _on_device(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._device_thread, call)

    async def _beside_device(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._beside, call)


def _timed(call: Callable[[], T]) -> tuple[T, float]:
    began_s = perf_counter()
    return call(), perf_counter() - began_s
