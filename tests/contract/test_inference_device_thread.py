import asyncio
import time
from collections.abc import AsyncIterator
from threading import Event as ThreadEvent
from threading import current_thread
from typing import Any

import pytest

from adapters.inference.device_thread import DeviceThreadInference
from domain.model.batching import BatchLimits
from domain.model.control import Stopped
from domain.model.errors import GpuOutOfMemory, InferenceFailed, ModelUnavailable
from domain.model.events import BatchRan, Event, ModelLoaded, ModelNotLoaded
from domain.model.model_registry import ModelRegistry, RegisteredModel
from domain.model.model_setup import Loading
from tests.contract.clauses.inference import BrokenRunner, InferenceClauses, SumRunner, run
from tests.contract.clauses.inference import work as picture
from tests.contract.clauses.inference_batching import all_of, raising, work
from tests.contract.clauses.inference_leaving import LeavingClauses
from tests.contract.clauses.inference_trial import Trial

pytestmark = pytest.mark.anyio


class TestDeviceThreadInference(InferenceClauses):
    @pytest.fixture
    async def inference(self) -> AsyncIterator[DeviceThreadInference]:
        inference = DeviceThreadInference(self.registry(), idle_s=0.1)
        await inference.start()
        yield inference
        await inference.aclose()


class TestBatching(LeavingClauses):
    def build(
        self, models: ModelRegistry, limits: BatchLimits, **options: Any
    ) -> DeviceThreadInference:
        return DeviceThreadInference(models, "trial", limits=limits, **options)


async def test_preloaded_models_are_ready_after_start() -> None:
    SumRunner.loads = 0
    models = ModelRegistry()
    models.register(SumRunner)
    models.register(BrokenRunner, loading=Loading.LAZY)
    calls: list[str] = []
    inference = DeviceThreadInference(
        models, preload=True, set_threads=lambda: calls.append("threads")
    )
    await inference.start()
    assert SumRunner.loads == 1
    assert inference.loaded == ("sum",)
    await run(inference, "sum", picture(1))
    assert SumRunner.loads == 1
    assert calls == ["threads"]
    await inference.aclose()
    assert inference.loaded == ()


async def test_a_model_that_lacks_something_keeps_no_other_from_its_start() -> None:
    told: list[Event] = []
    models = Trial(on_load=raising(ModelUnavailable("No diffusers."))).registered("lacking")
    Trial().registered("good", models)
    inference = DeviceThreadInference(models, "trial", preload=True, tell=told.append)
    await inference.start()
    assert list(inference.loaded) == ["good"]
    assert ModelNotLoaded("lacking", "No diffusers.") in told
    [answer] = await all_of(run(inference, "lacking", work(1)))
    assert isinstance(answer, ModelUnavailable)
    assert await all_of(run(inference, "good", work(2))) == [2]
    await inference.aclose()


async def test_lazy_models_take_turns_where_there_is_no_room_for_both() -> None:
    trials = {name: Trial() for name in ("a", "b")}
    models = ModelRegistry()
    for name, trial in trials.items():
        [found] = trial.registered(name).models
        models.add(RegisteredModel(found.runner, loading=Loading.LAZY, memory_mb=6))
    inference = DeviceThreadInference(models, "trial", most_mb=10)
    await inference.start()
    works = [("ab"[n % 2], n) for n in range(20)]
    answers = await all_of(*(run(inference, name, work(n)) for name, n in works))
    assert answers == list(range(20))
    assert len(inference.loaded) == 1
    assert sum(trial.loads for trial in trials.values()) == 2, "all that wait for one go together"
    await inference.aclose()


async def test_it_may_be_closed_twice_and_without_a_start() -> None:
    inference = DeviceThreadInference(ModelRegistry())
    await inference.aclose()
    await inference.aclose()


async def test_everything_on_the_device_happens_on_its_one_thread() -> None:
    seen: set[str] = set()

    def note(_: Any) -> None:
        seen.add(current_thread().name)

    trial = Trial(on_load=note, on_infer=note, on_probe=note)
    inference = DeviceThreadInference(trial.registered(), "trial", proof_s=0)
    await inference.start()
    await run(inference, "trial", work(1))
    await inference.ping()
    await inference.aclose()
    assert seen == {"device-trial"}


async def test_batches_and_loads_are_told() -> None:
    told: list[Event] = []
    inference = DeviceThreadInference(
        Trial().registered(), "trial", limits=BatchLimits(window_s=3600), tell=told.append
    )
    await inference.start()
    with inference.admit("trial") as one, inference.admit("trial") as other:
        await all_of(one(work(1)), other(work(2)))
    await inference.aclose()
    loaded, ran = told
    assert isinstance(loaded, ModelLoaded)
    assert (loaded.model, loaded.device) == ("trial", "trial")
    assert isinstance(ran, BatchRan)
    assert (ran.model, ran.items) == ("trial", 2)
    assert min(loaded.load_s, ran.waited_s, ran.infer_s) >= 0


async def test_a_call_that_goes_on_counts_as_work() -> None:
    begun, go_on = ThreadEvent(), ThreadEvent()

    def hang(_: Any) -> None:
        begun.set()
        assert go_on.wait(20)

    inference = DeviceThreadInference(Trial(on_infer=hang).registered(), "trial")
    await inference.start()
    running = asyncio.create_task(run(inference, "trial", work(1)))
    assert await asyncio.to_thread(begun.wait, 20)
    use = inference.use
    assert 0 < use.call_s <= use.busy_s
    go_on.set()
    await running
    await inference.aclose()
    assert inference.use.call_s == 0


async def test_on_a_cpu_slow_items_never_wait_for_company() -> None:
    """Though somebody is coming, and the window is an hour."""

    def compute(_: Any) -> None:
        sum(range(2_000_000))

    trial = Trial(on_infer=compute)
    limits = BatchLimits(window_s=3600, max_items=8)
    inference = DeviceThreadInference(trial.registered(), "cpu", limits=limits)
    await inference.start()
    with inference.admit("trial"):
        for value in range(3):
            with inference.admit("trial") as place:
                assert await all_of(place(work(value))) == [value]
    await inference.aclose()
    assert trial.batches == [[0], [1], [2]]


async def test_on_a_cpu_what_only_waits_is_batched() -> None:
    """Larger batches cost the cache, which a model that computes elsewhere does not use."""
    trial = Trial(on_infer=lambda _: time.sleep(0.05))  # on some other machine
    limits = BatchLimits(window_s=3600, max_items=8)
    inference = DeviceThreadInference(trial.registered(), "cpu", limits=limits)
    await inference.start()
    await run(inference, "trial", work("measured"))
    with inference.admit("trial") as one, inference.admit("trial") as other:
        assert await all_of(one(work(1)), other(work(2))) == [1, 2]
    await inference.aclose()
    assert len(trial.batches) == 2


async def test_a_shortage_of_memory_is_remembered() -> None:
    def shortage(values: list[Any]) -> None:
        if len(values) > 2:
            raise GpuOutOfMemory

    trial = Trial(on_infer=shortage)
    inference = DeviceThreadInference(
        trial.registered(), "trial", limits=BatchLimits(window_s=3600, max_items=4)
    )
    await inference.start()
    clauses = TestBatching()
    for _ in range(2):
        assert await clauses.together(inference, range(4)) == [0, 1, 2, 3]
    await inference.aclose()
    assert [len(batch) for batch in trial.batches] == [4, 2, 2, 2, 2]


async def test_those_who_wait_for_one_load_share_its_failure() -> None:
    """A broken model does not hold the device up once for each of its tasks."""
    broken = Trial(on_load=raising(InferenceFailed("No weights.")))
    inference = DeviceThreadInference(broken.registered("broken"), "trial")
    await inference.start()
    answers = await all_of(*(run(inference, "broken", work(n)) for n in range(5)))
    assert all(isinstance(answer, InferenceFailed) for answer in answers)
    assert broken.loads == 1
    broken.on_load = lambda _: None
    assert await all_of(run(inference, "broken", work(6))) == [6]
    await inference.aclose()


class BrokenKey:
    """Equal to any other, except on the device's thread: there it breaks the planner."""

    def __hash__(self) -> int:
        return 1

    def __eq__(self, other: object) -> bool:
        if current_thread().name.startswith("device"):
            raise RuntimeError("broken key")
        return True


async def test_the_death_of_the_devices_thread_is_the_devices() -> None:
    told: list[str] = []
    inference = DeviceThreadInference(Trial().registered(), "trial", on_sick=told.append)
    await inference.start()
    assert await all_of(run(inference, "trial", work(1, key=BrokenKey()))) == [1]
    [answer] = await all_of(run(inference, "trial", work(2, key=BrokenKey())))
    assert isinstance(answer, Stopped)
    assert told == ["The thread of the device died. (broken key)"]
    assert not inference.serves("trial")
    await inference.aclose()


async def test_a_key_that_is_none_fails_its_item() -> None:
    inference = DeviceThreadInference(Trial().registered(), "trial")
    await inference.start()
    [answer] = await all_of(run(inference, "trial", work(1, key=[])))
    assert isinstance(answer, TypeError)
    assert await all_of(run(inference, "trial", work(2))) == [2]
    await inference.aclose()


async def test_a_model_that_does_not_batch_runs_alone() -> None:
    trial = Trial()
    models = trial.registered(batchable=False)
    inference = DeviceThreadInference(
        models, "trial", limits=BatchLimits(window_s=3600, max_items=4)
    )
    await inference.start()
    with inference.admit("trial") as one, inference.admit("trial") as other:
        assert await all_of(asyncio.ensure_future(one(work(1))), other(work(2))) == [1, 2]
    await inference.aclose()
    assert [len(batch) for batch in trial.batches] == [1, 1]
