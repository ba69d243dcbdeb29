"""What every `Inference` adapter promises."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import numpy as np
import pytest

from domain.model.device import DeviceUse
from domain.model.errors import UnknownModel
from domain.model.model_registry import ModelRegistry
from domain.model.model_spec import ModelSpec
from domain.model.picture import Picture
from domain.model.priority import Priority
from domain.model.runner import ModelRunner, RunnerInput, RunnerOutput
from ports.inference import Inference, Inferred

GONE_WITHIN_S = 20


class SumRunner(ModelRunner):
    """Adds the pixels up; a picture that starts with 13 is its bad day."""

    spec = ModelSpec(name="sum", description="Adds the pixels up.", makes_picture=False)
    loads = 0

    def load(self, device: str) -> None:
        type(self).loads += 1
        self.device = device

    def prepare(self, work: RunnerInput) -> Any:
        return work

    def infer(self, batch: Sequence[Any]) -> Sequence[Any]:
        return [self._sum(work) for work in batch]

    def postprocess(self, output: Any) -> RunnerOutput:
        return RunnerOutput(data={"sum": output})

    def release(self) -> None:
        self.device = ""

    def _sum(self, work: RunnerInput) -> int:
        work.checkpoint(0.5)
        pixels = work.pictures["image"].pixels
        if pixels.flat[0] == 13:
            raise ZeroDivisionError("a bad day")
        return int(pixels.sum())


class BrokenRunner(SumRunner):
    """Has lost its weights."""

    spec = ModelSpec(name="broken", description="Can't be loaded.", makes_picture=False)

    def load(self, device: str) -> None:
        raise OSError("no weights")


def work(value: int, **more: Any) -> RunnerInput:
    return RunnerInput({"image": Picture(np.full((2, 2, 3), value, np.uint8))}, {}, **more)


async def run(inference: Inference, model: str, given: RunnerInput) -> Inferred:
    with inference.admit(model) as place:
        return await place(given)


class DoubleRunner(SumRunner):
    """The same model, set up otherwise."""

    def postprocess(self, output: Any) -> RunnerOutput:
        return RunnerOutput(data={"sum": 2 * output})


class CountRunner(SumRunner):
    """Another one."""

    spec = ModelSpec(name="count", description="Counts the pixels.", makes_picture=False)

    def _sum(self, work: RunnerInput) -> int:
        return work.pictures["image"].pixels.size


async def until(told: Callable[[], bool]) -> None:
    async with asyncio.timeout(GONE_WITHIN_S):
        for _ in count():
            if told():
                return
            await asyncio.sleep(0.01)


class InferenceClauses:
    """Bindings give `inference`, started, with `registry()`'s models; one that was taken away and
    has nothing more to do leaves it within `GONE_WITHIN_S`."""

    def registry(self, *kinds: type[ModelRunner]) -> ModelRegistry:
        SumRunner.loads = 0
        self.models = ModelRegistry()
        for kind in kinds or (SumRunner, BrokenRunner):
            self.models.register(kind)
        return self.models

    async def renew(self, inference: Inference, *kinds: type[ModelRunner]) -> None:
        mine = self.models
        mine.renew(self.registry(*kinds))
        self.models = mine
        assert await inference.refresh() == {}

    async def test_1_the_output_belongs_to_the_input(self, inference: Inference) -> None:
        answers = await asyncio.gather(*(run(inference, "sum", work(n)) for n in range(10)))
        assert [answer.output.data["sum"] for answer in answers] == [12 * n for n in range(10)]

    async def test_2_a_model_is_loaded_once(self, inference: Inference) -> None:
        await asyncio.gather(*(run(inference, "sum", work(n)) for n in range(5)))
        assert SumRunner.loads == 1

    async def test_3_a_bad_item_fails_alone(self, inference: Inference) -> None:
        outcomes = await asyncio.gather(
            *(run(inference, "sum", work(n)) for n in (1, 13, 2)), return_exceptions=True
        )
        assert isinstance(outcomes[1], ZeroDivisionError)
        assert [o.output.data["sum"] for o in (outcomes[0], outcomes[2])] == [12, 24]  # type: ignore[union-attr]

    async def test_4_what_the_checkpoint_raises_passes(self, inference: Inference) -> None:
        def refuse(_done: float) -> None:
            raise InterruptedError

        with pytest.raises(InterruptedError):
            await run(inference, "sum", work(1, checkpoint=refuse))

    async def test_5_an_unknown_model_is_not_served(self, inference: Inference) -> None:
        assert inference.serves("sum")
        assert not inference.serves("nobody")
        with pytest.raises(UnknownModel):
            await run(inference, "nobody", work(1))

    async def test_6_it_says_where_it_ran_and_how_long(self, inference: Inference) -> None:
        answer = await run(inference, "sum", work(1))
        assert answer.device
        assert answer.prepare_ms >= 0
        assert answer.infer_ms >= 0

    async def test_7_a_place_may_be_used_again_and_another_model_within_it(
        self, inference: Inference
    ) -> None:
        with inference.admit("sum") as place:
            first = await place(work(1))
            second = await place(work(2))
            nested = await run(inference, "sum", work(3))
        assert [each.output.data["sum"] for each in (first, second, nested)] == [12, 24, 36]

    async def test_8_a_model_that_can_not_be_loaded_harms_no_other(
        self, inference: Inference
    ) -> None:
        for _ in range(2):
            with pytest.raises(OSError, match="no weights"):
                await run(inference, "broken", work(1))
        answer = await run(inference, "sum", work(1))
        assert answer.output.data["sum"] == 12
        assert list(inference.loaded) == ["sum"]

    async def test_9_priority_and_solitude_change_no_result(self, inference: Inference) -> None:
        for priority in Priority:
            for alone in (False, True):
                with inference.admit("sum", priority, alone=alone) as place:
                    answer = await place(work(1))
                assert answer.output.data["sum"] == 12

    async def test_10_it_says_how_long_the_device_worked(self, inference: Inference) -> None:
        assert inference.use == DeviceUse(busy_s=0, call_s=0)
        await run(inference, "sum", work(1))
        first = inference.use.busy_s
        await run(inference, "sum", work(2))
        assert 0 < first < inference.use.busy_s

    async def test_11_a_new_model_is_served_without_a_restart(self, inference: Inference) -> None:
        assert not inference.serves("count")
        await self.renew(inference, SumRunner, CountRunner)
        assert inference.serves("count")
        answer = await run(inference, "count", work(1))
        assert answer.output.data["sum"] == 12

    async def test_12_a_model_that_is_gone_ends_what_was_accepted_and_leaves_the_device(
        self, inference: Inference
    ) -> None:
        await run(inference, "sum", work(1))
        await self.renew(inference, CountRunner)
        with inference.admit("sum") as place:
            assert inference.serves("sum")
            answer = await place(work(2))
        assert answer.output.data["sum"] == 24
        await until(lambda: not inference.loaded)

    async def test_13_a_model_that_is_set_up_anew_answers_anew(self, inference: Inference) -> None:
        """Who came before gets an answer as well, by one of the two."""
        await run(inference, "sum", work(1))
        under_way = asyncio.ensure_future(run(inference, "sum", work(2)))
        await self.renew(inference, DoubleRunner)
        answer = await run(inference, "sum", work(2))
        assert answer.output.data["sum"] == 48
        assert (await under_way).output.data["sum"] in (24, 48)
        await until(lambda: list(inference.loaded) == ["sum"])

    async def test_14_what_did_not_change_stays_on_the_device(self, inference: Inference) -> None:
        await run(inference, "sum", work(1))
        await self.renew(inference, SumRunner, CountRunner)
        await run(inference, "sum", work(1))
        assert SumRunner.loads == 0, "it was counted anew since the renewal"
