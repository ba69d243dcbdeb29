"""Running models on one device: one thread owns it, others prepare and postprocess beside it."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from threading import Thread
from typing import Any, TypeVar

from adapters.inference.batch_run import BatchRun
from adapters.inference.call import Call
from adapters.inference.device_health import DeviceHealth
from adapters.inference.device_limits import limits_on
from adapters.inference.in_our_words import in_our_words, told
from adapters.inference.loaded_models import LoadedModels
from adapters.inference.residents import IDLE_S, Residents
from adapters.inference.turns import Job, Place, Turns
from domain.model.batching import BatchLimits
from domain.model.control import Stop, Stopped
from domain.model.device import DeviceUse
from domain.model.errors import DeviceFault, ModelUnavailable
from domain.model.events import Event, ModelNotLoaded
from domain.model.model_registry import ModelRegistry
from domain.model.priority import Priority
from domain.model.runner import ModelRunner, RunnerInput
from ports.inference import Inference, Inferred, Run
from ports.lifecycle import Lifecycle

T = TypeVar("T")

BESIDE_THREADS = 4
PROOF_S = 30.0


class DeviceThreadInference(Inference, Lifecycle):
    """Everything a runner does to the device (`load`, `infer`, `probe`, `release`) happens on the
    one device thread, in turn; the batches are planned by `limits`. It takes the next one by
    itself, without the event loop, so that the device does not wait for that.

    `preload`: whether `start` loads and warms the models that are for it; others come at first
    use. `set_threads`: called on the device thread after each load. `on_sick`: called once, when
    the device can't be trusted any more; from then on nothing runs and no result leaves.
    `proof_s`: how old the last proof that the device computes may be before `ping` asks for
    another one. `idle_s`: how long a model that was taken away is kept for earlier tasks.
    `most_mb`: what the models may take of the device's memory together. `tell` hears of batches
    and loads, on the device thread.
    """

    def __init__(
        self,
        models: ModelRegistry,
        device: str = "cpu",
        set_threads: Callable[[], None] | None = None,
        *,
        preload: bool = False,
        limits: BatchLimits | None = None,
        on_sick: Callable[[str], None] | None = None,
        proof_s: float = PROOF_S,
        idle_s: float = IDLE_S,
        most_mb: float | None = None,
        tell: Callable[[Event], None] = lambda event: None,
    ) -> None:
        self._models, self._device, self._preload = models, device, preload
        self._tell = tell
        self._on_sick, self._set_threads = on_sick, set_threads
        self._health = DeviceHealth(proof_s)
        self._loaded = LoadedModels(models, device, self._warm, tell, most_mb)
        self._residents = Residents(models, self._loaded, self._on_device, idle_s)
        self._turns = Turns(limits_on(device, limits or BatchLimits()))
        self._run_batch = BatchRun(self._turns, self._inferred, self._fall_sick, tell)
        self._thread = Thread(target=self._work, name=f"device-{device}", daemon=True)
        self._beside = ThreadPoolExecutor(BESIDE_THREADS, thread_name_prefix="beside-device")

    @property
    def loaded(self) -> Sequence[str]:
        """The names of the models on the device."""
        return self._loaded.names

    @property
    def use(self) -> DeviceUse:
        return self._health.use

    def serves(self, model: str) -> bool:
        return model in self._models and not self._health.sick

    async def start(self) -> None:
        """A model whose weights or library turn out to be missing costs its own tasks alone."""
        for name, failure in (await self.refresh()).items():
            if not isinstance(failure, ModelUnavailable):
                raise failure
            self._tell(ModelNotLoaded(name, failure.detail))

    async def refresh(self) -> Mapping[str, Exception]:
        return await self._residents.refresh(self._models.for_startup if self._preload else ())

    async def aclose(self) -> None:
        """What waits for the device still gets its turn; a checkpoint that raises cuts it short."""
        self._turns.close()
        await self._residents.aclose()
        await asyncio.to_thread(self._end)

    async def ping(self) -> None:
        """Proof by a real pass: one that went well lately, or one on purpose."""
        self._health.raise_if_sick()
        if not self._health.credible:
            await self._on_device(self._prove)

    @contextmanager
    def admit(
        self, model: str, priority: Priority = Priority.NORMAL, *, alone: bool = False
    ) -> Iterator[Run]:
        if model in self._models:
            alone = alone or not self._models.spec(model).batchable
        place = Place(model, priority, alone)
        if not alone:
            self._turns.expect(place)
        try:
            yield partial(self._run, place)
        finally:
            self._turns.leave(place)

    async def _run(self, place: Place, work: RunnerInput) -> Inferred:
        self._health.hand_back_if_sick()
        found = self._residents.take(place.model) or await self._residents.bring(place.model)
        try:
            return await self._run_by(found.runner, place, work)
        finally:
            self._residents.leave(found)

    async def _run_by(self, runner: ModelRunner, place: Place, work: RunnerInput) -> Inferred:
        call = Call(
            model=place.model, priority=place.priority, alone=place.alone,
            runner=runner, work=work, on_progress=self._health.proved,
        )  # fmt: skip
        self._turns.prepare()
        self._beside.submit(self._prepare, call, place)
        try:
            inferred = await asyncio.wrap_future(call.answer)
        except asyncio.CancelledError:
            self._turns.withdraw(call)
            raise
        except Exception as error:
            if not isinstance(error, DeviceFault):
                self._health.hand_back_if_sick()
            raise
        self._health.hand_back_if_sick()
        return inferred

    def _prepare(self, call: Call, place: Place) -> None:
        with self._failing(call):
            began_s = time.perf_counter()
            call.prepared = call.runner.prepare(replace(call.work, checkpoint=call.checkpoint))
            # Two setups of one model may be at work for a while.
            call.key = id(call.runner), call.runner.batch_key(call.prepared)
            call.cost_px = call.runner.cost_px(call.prepared)
            call.budget_px = call.runner.budget_px
            call.prepare_s = time.perf_counter() - began_s
        with self._failing(call):
            self._turns.arrive(call, place)

    def _inferred(self, call: Call, output: Any, infer_s: float) -> None:
        self._health.proved()
        self._beside.submit(self._postprocess, call, output, infer_s)

    def _postprocess(self, call: Call, output: Any, infer_s: float) -> None:
        with self._failing(call):
            began_s = time.perf_counter()
            made = call.runner.postprocess(output)
            infer_s += time.perf_counter() - began_s
            prepare_ms, infer_ms = round(1000 * call.prepare_s), round(1000 * infer_s)
            call.succeed(Inferred(made, self._device, prepare_ms, infer_ms))

    @contextmanager
    def _failing(self, *calls: Call) -> Iterator[None]:
        """What is raised inside becomes the answer of `calls`, so that no thread dies of it."""
        try:
            with in_our_words():
                yield
        except BaseException as error:
            if isinstance(error, DeviceFault):
                self._fall_sick(error)
            for call in calls:
                call.fail(error)

    def _prove(self) -> None:
        self._loaded.probe()
        self._health.proved()

    def _warm(self) -> None:
        """A model was loaded, and warmed up by a real pass; torch is there by now, if ever."""
        self._health.proved()
        if self._set_threads is not None:
            self._set_threads()

    async def _on_device(self, call: Callable[[], T]) -> T:
        """Whatever comes first, a load or a proof, sets the thread going."""
        if self._thread.ident is None:
            self._thread.start()
        return await asyncio.wrap_future(self._turns.ask(partial(self._watched, call)))

    def _watched(self, call: Callable[[], T]) -> T:
        try:
            with in_our_words():
                return call()
        except DeviceFault as fault:
            self._fall_sick(fault)
            raise

    def _fall_sick(self, fault: DeviceFault) -> None:
        if self._health.fall_sick(fault):
            waiting = self._turns.stop()
            try:
                if self._on_sick is not None:
                    self._on_sick(told(fault))
            finally:
                for call in waiting:
                    call.fail(Stopped(Stop.DRAIN))

    def _work(self) -> None:
        """Without this thread nothing would ever run again, so its death is the device's."""
        try:
            self._take_turns()
        except BaseException as error:
            fault = DeviceFault("The thread of the device died.")
            fault.__cause__ = error
            self._fall_sick(fault)

    def _take_turns(self) -> None:
        while (turn := self._turns.next()) is not None:
            with self._health.busy():
                if isinstance(turn, Job):
                    turn()
                else:
                    with self._failing(*turn):
                        self._run_batch(turn)
        if not self._health.sick:
            self._loaded.release_all()

    def _end(self) -> None:
        if self._thread.ident is not None:
            self._thread.join()
        self._beside.shutdown()
