"""What an `Inference` adapter promises about those who leave before they have their result: who was
canceled, who ran out of time, and everybody once the device fell sick."""

import asyncio
from collections import Counter
from contextlib import ExitStack
from threading import Event
from typing import Any

import pytest

from domain.model.batching import BatchLimits
from domain.model.control import AttemptControl, Stop, Stopped
from domain.model.errors import DeviceFault, InferenceFailed
from domain.model.runner import RunnerInput
from tests.contract.clauses.inference_batching import (
    BatchingClauses,
    all_of,
    raising,
    reached,
    work,
)
from tests.contract.clauses.inference_trial import Trial

STEPS = 10


class Stepping(Trial):
    """The items of a batch go through their steps one after another."""

    def __init__(self) -> None:
        super().__init__(on_item=self.step)
        self.steps: list[Any] = []

    def step(self, item: RunnerInput) -> None:
        for done in range(1, STEPS + 1):
            self.steps.append(item.params["value"])
            item.checkpoint(done / STEPS)


class LeavingClauses(BatchingClauses):
    async def stopped_at(self, steps: dict[int, float]) -> tuple[list[Any], Stepping]:
        """Three works in one batch; those in `steps` are canceled once they have come so far."""
        trial = Stepping()

        def checkpoint(value: int, done: float) -> None:
            if done >= steps.get(value, 2):
                raise Stopped(Stop.CANCELED)

        async with self.opened(trial.registered()) as inference:
            with ExitStack() as stack:
                places = self.places(stack, inference, 3)
                runs = [
                    run(work(n, checkpoint=lambda done, n=n: checkpoint(n, done)))
                    for n, run in enumerate(places)
                ]
                return await all_of(*runs), trial

    async def test_21_who_is_stopped_leaves_a_batch_that_goes_on(self) -> None:
        answers, trial = await self.stopped_at({1: 0.5})
        assert isinstance(answers.pop(1), Stopped)
        assert answers == [0, 2]
        assert len(trial.batches) == 1
        assert len(trial.steps) == 3 * STEPS

    async def test_22_a_batch_nobody_waits_for_ends_at_the_next_step(self) -> None:
        answers, trial = await self.stopped_at({0: 0.2, 1: 0.3, 2: 0.4})
        assert all(isinstance(answer, Stopped) for answer in answers)
        assert Counter(trial.steps) == {0: STEPS, 1: STEPS, 2: 4}

    async def test_23_a_single_work_ends_at_the_step_it_is_stopped_at(self) -> None:
        control, trial = AttemptControl(), Stepping()
        trial.on_infer = lambda _: setattr(control, "stop", Stop.DEADLINE)
        async with self.opened(trial.registered()) as inference:
            with inference.admit("trial") as run:
                [answer] = await all_of(run(work(1, checkpoint=control.checkpoint)))
        assert isinstance(answer, Stopped)
        assert answer.reason is Stop.DEADLINE
        assert trial.steps == [1]

    async def test_24_who_is_stopped_while_it_waits_never_reaches_the_device(self) -> None:
        trial = Trial()
        async with self.opened(trial.registered()) as inference:
            with ExitStack() as stack:
                stays, goes = self.places(stack, inference, 2)
                stop = raising(Stopped(Stop.CANCELED))
                [kept, gone] = await all_of(stays(work(1)), goes(work(2, checkpoint=stop)))
        assert kept == 1
        assert isinstance(gone, Stopped)
        assert trial.batches == [[1]]

    async def test_25_a_caller_who_left_frees_the_device_at_the_next_step(self) -> None:
        """Although its own checkpoint knows of nothing."""
        running, left = Event(), Event()
        trial = Stepping()
        trial.on_infer = lambda values: (running.set(), reached(left)) if values == [1] else None
        async with self.opened(trial.registered()) as inference:
            with inference.admit("trial") as run:
                leaving = asyncio.create_task(run(work(1)))
                await asyncio.to_thread(reached, running)
                leaving.cancel()
                await asyncio.wait([leaving])
                left.set()
            with inference.admit("trial") as run:
                assert await all_of(run(work(2))) == [2]
        assert trial.steps == [1, *([2] * STEPS)]

    async def test_31_a_sick_device_is_told_once_and_asked_nothing_more(self) -> None:
        told: list[str] = []
        trial = Trial(on_infer=raising(DeviceFault("An assert on the device.")))
        async with self.opened(trial.registered(), on_sick=told.append) as inference:
            answers = await self.together(inference, [1, 2, 3])
            assert all(isinstance(answer, DeviceFault) for answer in answers)
            assert [len(batch) for batch in trial.batches] == [3]
            assert told == ["An assert on the device."]
            assert not inference.serves("trial")
            with pytest.raises(DeviceFault):
                await inference.ping()
            [late] = await self.together(inference, [4])
            assert isinstance(late, Stopped)
            assert late.reason is Stop.DRAIN
            assert len(trial.batches) == 1

    async def test_32_who_waits_for_a_sick_device_is_handed_back(self) -> None:
        trial = Trial(on_infer=raising(DeviceFault()))
        async with self.opened(trial.registered()) as inference:
            with ExitStack() as stack:
                runs = [
                    run(work(n, key=n)) for n, run in enumerate(self.places(stack, inference, 3))
                ]
                answers = await all_of(*runs)
        kinds = sorted(type(answer).__name__ for answer in answers)
        assert kinds == ["DeviceFault", "Stopped", "Stopped"]

    async def test_33_not_even_what_was_made_before_leaves_a_sick_device(self) -> None:
        made, sick = Event(), Event()
        trial = Trial(
            on_infer=lambda values: raising(DeviceFault())(0) if values == ["fault"] else None,
            on_postprocess=lambda _: (made.set(), reached(sick)),
        )
        limits = BatchLimits(window_s=0, max_items=1)
        models = trial.registered()
        async with self.opened(models, limits, on_sick=lambda _: sick.set()) as inference:
            with ExitStack() as stack:
                early, fault = self.places(stack, inference, 2)
                earlier = asyncio.create_task(early(work("early")))
                await asyncio.to_thread(reached, made)
                answers = await all_of(earlier, fault(work("fault")))
        assert isinstance(answers[0], Stopped)
        assert isinstance(answers[1], DeviceFault)

    async def test_34_a_device_that_falls_sick_while_a_model_loads_is_sick(self) -> None:
        told: list[str] = []
        trial = Trial(on_load=raising(DeviceFault("No context.")))
        async with self.opened(trial.registered(), on_sick=told.append) as inference:
            [answer] = await self.together(inference, [1])
            assert isinstance(answer, DeviceFault)
            assert told == ["No context."]
            assert not inference.serves("trial")

    async def test_35_a_fault_after_a_bad_item_strikes_only_who_was_on_the_device(self) -> None:
        """The batch failed as a whole first; its items then ran one by one."""

        def failing(values: list[Any]) -> None:
            if len(values) > 1:
                raise InferenceFailed
            if values == [1]:
                raise DeviceFault

        trial = Trial(on_infer=failing)
        limits = BatchLimits(window_s=3600, max_items=3)
        async with self.opened(trial.registered(), limits) as inference:
            answers = await self.together(inference, range(3))
        batch = trial.batches[0]
        assert isinstance(answers[1], DeviceFault)
        assert all(isinstance(answers[n], Stopped) for n in (0, 2))
        assert trial.batches == [batch, *([n] for n in batch[: batch.index(1) + 1])]

    @pytest.mark.parametrize("stage", ["on_load", "on_infer", "on_postprocess"])
    async def test_36_a_runner_that_lets_its_librarys_words_pass_is_understood(
        self, stage: str
    ) -> None:
        """Other people's runners know nothing of `DeviceFault`."""
        lost = RuntimeError("CUDA error: an illegal memory access was encountered\nSearch for it.")
        told: list[str] = []
        trial = Trial(**{stage: raising(lost)})
        async with self.opened(trial.registered(), on_sick=told.append) as inference:
            [answer] = await self.together(inference, [1])
            assert isinstance(answer, DeviceFault)
            assert answer.__cause__ is lost
            assert len(told) == 1
            assert not inference.serves("trial")

    async def test_41_a_device_that_worked_lately_is_not_asked_for_proof(self) -> None:
        probed: list[str] = []
        trial = Trial(on_probe=probed.append)
        async with self.opened(trial.registered(), proof_s=3600) as inference:
            assert await self.together(inference, [1]) == [1]
            await inference.ping()
        assert probed == []

    async def test_42_an_idle_device_proves_itself_by_a_pass_of_each_model(self) -> None:
        probed: list[str] = []
        one, other = Trial(on_probe=probed.append), Trial(on_probe=probed.append)
        models = other.registered("other", one.registered())
        async with self.opened(models, proof_s=0) as inference:
            await inference.ping()
            assert probed == []
            assert await self.together(inference, [1]) == [1]
            with inference.admit("other") as run:
                assert await all_of(run(work(2))) == [2]
            await inference.ping()
            assert len(probed) == 2
            assert sorted(inference.loaded) == ["other", "trial"]

    async def test_43_a_device_that_fails_its_proof_says_so_and_a_fault_is_final(self) -> None:
        told: list[str] = []
        trial = Trial(on_probe=raising(InferenceFailed()))
        async with self.opened(trial.registered(), proof_s=0, on_sick=told.append) as inference:
            assert await self.together(inference, [1]) == [1]
            with pytest.raises(InferenceFailed):
                await inference.ping()
            assert inference.serves("trial")
            trial.on_probe = raising(DeviceFault("Gone."))
            with pytest.raises(DeviceFault):
                await inference.ping()
            assert told == ["Gone."]
            assert not inference.serves("trial")

    async def test_44_a_device_at_work_is_not_disturbed_for_a_proof(self) -> None:
        running, asked = Event(), Event()
        trial = Trial(on_infer=lambda _: (running.set(), reached(asked)))
        async with self.opened(trial.registered(), proof_s=3600) as inference:
            with inference.admit("trial") as run:
                working = asyncio.create_task(run(work(1)))
                await asyncio.to_thread(reached, running)
                async with asyncio.timeout(10):
                    await inference.ping()
                asked.set()
                assert await all_of(working) == [1]
