"""What an `Inference` adapter promises that runs several works at once on one device."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from threading import Event
from typing import Any

import pytest

from domain.model.batching import BatchLimits
from domain.model.control import Stop, Stopped
from domain.model.errors import GpuOutOfMemory, InferenceFailed
from domain.model.model_registry import ModelRegistry
from domain.model.priority import Priority
from domain.model.runner import RunnerInput
from ports.inference import Inference, Inferred, Run
from tests.contract.clauses.inference_trial import Trial

BOUND_S = 20
"""Far more than anything here takes, and far less than the window of an hour."""
PATIENT = BatchLimits(window_s=3600, max_items=16)


def work(value: Any, key: Any = None, **more: Any) -> RunnerInput:
    return RunnerInput({}, {"value": value, "key": key}, **more)


def value_of(inferred: Inferred) -> Any:
    return inferred.output.data["value"]


def raising(error: BaseException) -> Callable[[Any], None]:
    def fail(_: Any) -> None:
        raise error

    return fail


def reached(event: Event) -> None:
    """Waits for it on a thread of the adapter."""
    assert event.wait(BOUND_S)


async def all_of(*runs: Awaitable[Inferred]) -> list[Any]:
    """The values, or the errors."""
    async with asyncio.timeout(BOUND_S):
        outcomes = await asyncio.gather(*runs, return_exceptions=True)
    return [value_of(each) if isinstance(each, Inferred) else each for each in outcomes]


class BatchingClauses:
    """Bindings give `build`: not started yet, on a device whose time is its own."""

    def build(self, models: ModelRegistry, limits: BatchLimits, **options: Any) -> Inference:
        raise NotImplementedError

    @asynccontextmanager
    async def opened(
        self, models: ModelRegistry, limits: BatchLimits = PATIENT, **options: Any
    ) -> AsyncIterator[Any]:
        """Started, and closed at the end."""
        inference: Any = self.build(models, limits, **options)
        await inference.start()
        try:
            yield inference
        finally:
            async with asyncio.timeout(BOUND_S):
                await inference.aclose()

    def places(self, stack: ExitStack, inference: Inference, count: int) -> Sequence[Run]:
        return [stack.enter_context(inference.admit("trial")) for _ in range(count)]

    async def together(self, inference: Inference, values: Sequence[Any]) -> list[Any]:
        with ExitStack() as stack:
            places = self.places(stack, inference, len(values))
            return await all_of(*(run(work(n)) for run, n in zip(places, values, strict=True)))

    async def test_1_once_everybody_waits_nobody_waits_longer(self) -> None:
        trial = Trial()
        async with self.opened(trial.registered()) as inference:
            assert await self.together(inference, range(5)) == [*range(5)]
        assert [sorted(batch) for batch in trial.batches] == [[*range(5)]]

    async def test_2_who_gives_up_is_not_waited_for(self) -> None:
        trial = Trial()
        async with self.opened(trial.registered()) as inference:
            with inference.admit("trial") as run:
                with inference.admit("trial"):
                    waiting = asyncio.create_task(run(work(1)))
                    await asyncio.sleep(0)
                assert await all_of(waiting) == [1]

    async def test_3_a_full_batch_waits_for_nobody(self) -> None:
        trial = Trial()
        limits = BatchLimits(window_s=3600, max_items=3)
        async with self.opened(trial.registered(), limits) as inference:
            with inference.admit("trial"), ExitStack() as stack:
                places = self.places(stack, inference, 3)
                assert await all_of(*(run(work(n)) for n, run in enumerate(places))) == [0, 1, 2]
        assert [len(batch) for batch in trial.batches] == [3]

    async def test_4_nobody_waits_for_company_beyond_the_window(self) -> None:
        limits = BatchLimits(window_s=0.001, max_items=16)
        async with self.opened(Trial().registered(), limits) as inference:
            with inference.admit("trial"), inference.admit("trial") as run:
                assert await all_of(run(work(1))) == [1]

    async def test_5_one_bad_item_of_sixteen_fails_alone(self) -> None:
        def refuse(values: list[Any]) -> None:
            if 13 in values:
                raise ZeroDivisionError("a bad day")

        async with self.opened(Trial(on_infer=refuse).registered()) as inference:
            answers = await self.together(inference, range(16))
        assert isinstance(answers.pop(13), ZeroDivisionError)
        assert answers == [n for n in range(16) if n != 13]

    @pytest.mark.parametrize(
        "error",
        [GpuOutOfMemory(), RuntimeError("CUDA out of memory. Tried to allocate 2 GiB.")],
        ids=["ours", "the library's"],
    )
    async def test_6_what_does_not_fit_into_memory_is_halved(self, error: Exception) -> None:
        def shortage(values: list[Any]) -> None:
            if len(values) > 3:
                raise error

        trial = Trial(on_infer=shortage)
        async with self.opened(trial.registered()) as inference:
            assert await self.together(inference, range(16)) == [*range(16)]
        sizes = [len(batch) for batch in trial.batches]
        assert sizes == [16, 8, 4, 2, 2, 4, 2, 2, 8, 4, 2, 2, 4, 2, 2]

    async def test_7_who_does_not_fit_even_alone_is_told_so(self) -> None:
        def shortage(values: list[Any]) -> None:
            if 2 in values:
                raise GpuOutOfMemory

        async with self.opened(Trial(on_infer=shortage).registered()) as inference:
            answers = await self.together(inference, range(4))
        assert isinstance(answers.pop(2), GpuOutOfMemory)
        assert answers == [0, 1, 3]

    async def test_8_the_higher_priority_goes_first(self) -> None:
        trial = Trial()
        async with self.opened(trial.registered()) as inference:
            with ExitStack() as stack:
                places = [
                    stack.enter_context(inference.admit("trial", each))
                    for each in (Priority.LOW, Priority.NORMAL, Priority.HIGH)
                ]
                await all_of(*(run(work(n, key=n)) for n, run in enumerate(places)))
        assert trial.batches == [[2], [1], [0]]

    async def test_9_who_runs_alone_shares_no_batch(self) -> None:
        trial = Trial()
        async with self.opened(trial.registered()) as inference:
            with ExitStack() as stack:
                places = self.places(stack, inference, 2)
                alone = [
                    stack.enter_context(inference.admit("trial", alone=True)) for _ in range(2)
                ]
                runs = [run(work(n)) for n, run in enumerate([*alone, *places])]
                assert await all_of(*runs) == [0, 1, 2, 3]
        assert sorted(sorted(batch) for batch in trial.batches) == [[0], [1], [2, 3]]

    async def test_10_only_equal_keys_share_a_batch(self) -> None:
        trial = Trial()
        async with self.opened(trial.registered()) as inference:
            with ExitStack() as stack:
                runs = enumerate(self.places(stack, inference, 6))
                await all_of(*(run(work(n, key=n % 2)) for n, run in runs))
        assert sorted(sorted(batch) for batch in trial.batches) == [[0, 2, 4], [1, 3, 5]]

    async def test_11_a_canceled_caller_takes_its_item_along(self) -> None:
        """Two fill a batch: one who left is none of them."""
        prepared = Event()
        trial = Trial(on_prepare=lambda value: prepared.set() if value == "gone" else None)
        limits = BatchLimits(window_s=3600, max_items=2)
        async with self.opened(trial.registered(), limits) as inference:
            with ExitStack() as stack:
                goes, stays, follows = self.places(stack, inference, 3)
                gone = asyncio.create_task(goes(work("gone")))
                await asyncio.to_thread(reached, prepared)
                gone.cancel()
                await asyncio.wait([gone])
                assert await all_of(stays(work(1)), follows(work(2))) == [1, 2]
        assert [sorted(batch) for batch in trial.batches] == [[1, 2]]

    async def test_12_closing_runs_what_was_taken_and_takes_nothing_new(self) -> None:
        prepared, refused = Event(), Event()
        trial = Trial(on_prepare=lambda _: (prepared.set(), reached(refused)))
        async with self.opened(trial.registered()) as inference:
            with ExitStack() as stack:
                first, late = self.places(stack, inference, 2)
                taken = asyncio.create_task(first(work(1)))
                await asyncio.to_thread(reached, prepared)
                closing = asyncio.create_task(inference.aclose())
                [refusal] = await all_of(late(work(2)))
                refused.set()
                assert await all_of(taken) == [1]
                await closing
        assert isinstance(refusal, Stopped)
        assert refusal.reason is Stop.DRAIN

    async def test_13_the_stages_of_several_works_overlap(self) -> None:
        """Each stage waits for what can only happen if another work goes on beside it."""
        second_prepared, second_on_device = Event(), Event()
        trial = Trial(
            on_prepare=lambda value: second_prepared.set() if value == 2 else None,
            on_infer=lambda values: (
                reached(second_prepared) if values == [1] else second_on_device.set()
            ),
            on_postprocess=lambda value: reached(second_on_device) if value == 1 else None,
        )
        limits = BatchLimits(window_s=0, max_items=1)
        async with self.opened(trial.registered(), limits) as inference:
            assert await self.together(inference, [1, 2]) == [1, 2]

    @pytest.mark.parametrize("stage", ["on_prepare", "on_infer", "on_postprocess"])
    async def test_14_no_thread_dies_of_what_a_model_raises(self, stage: str) -> None:
        for error in (SystemExit(3), KeyboardInterrupt(), StopIteration()):
            trial = Trial(**{stage: raising(error)})
            async with self.opened(trial.registered()) as inference:
                answers = await self.together(inference, [1, 2])
                assert all(isinstance(answer, InferenceFailed) for answer in answers)
                setattr(trial, stage, lambda _: None)
                assert await self.together(inference, [1, 2]) == [1, 2]

    async def test_15_answers_that_do_not_match_are_refused(self) -> None:
        trial = Trial(on_infer=list.pop)
        async with self.opened(trial.registered()) as inference:
            answers = await self.together(inference, [1, 2])
        assert all(isinstance(answer, InferenceFailed) for answer in answers)
