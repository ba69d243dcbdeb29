"""What every `Inference` adapter promises."""

import asyncio
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from domain.model.errors import UnknownModel
from domain.model.picture import Picture
from domain.model.runner import ModelRegistry, ModelRunner, ModelSpec, RunnerInput, RunnerOutput
from ports.inference import Inference


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


def work(value: int, **more: Any) -> RunnerInput:
    return RunnerInput({"image": Picture(np.full((2, 2, 3), value, np.uint8))}, {}, **more)


class InferenceClauses:
    """Bindings give `inference`, started, with `SumRunner` registered."""

    def registry(self) -> ModelRegistry:
        SumRunner.loads = 0
        models = ModelRegistry()
        models.register(SumRunner)
        return models

    async def test_1_the_output_belongs_to_the_input(self, inference: Inference) -> None:
        answers = await asyncio.gather(*(inference.run("sum", work(n)) for n in range(10)))
        assert [answer.output.data["sum"] for answer in answers] == [12 * n for n in range(10)]

    async def test_2_a_model_is_loaded_once(self, inference: Inference) -> None:
        await asyncio.gather(*(inference.run("sum", work(n)) for n in range(5)))
        assert SumRunner.loads == 1

    async def test_3_a_bad_item_fails_alone(self, inference: Inference) -> None:
        outcomes = await asyncio.gather(
            *(inference.run("sum", work(n)) for n in (1, 13, 2)), return_exceptions=True
        )
        assert isinstance(outcomes[1], ZeroDivisionError)
        assert [o.output.data["sum"] for o in (outcomes[0], outcomes[2])] == [12, 24]  # type: ignore[union-attr]

    async def test_4_what_the_checkpoint_raises_passes(self, inference: Inference) -> None:
        def refuse(_done: float) -> None:
            raise InterruptedError

        with pytest.raises(InterruptedError):
            await inference.run("sum", work(1, checkpoint=refuse))

    async def test_5_an_unknown_model_is_not_served(self, inference: Inference) -> None:
        assert inference.serves("sum")
        assert not inference.serves("nobody")
        with pytest.raises(UnknownModel):
            await inference.run("nobody", work(1))

    async def test_6_it_says_where_it_ran_and_how_long(self, inference: Inference) -> None:
        answer = await inference.run("sum", work(1))
        assert answer.device
        assert answer.prepare_ms >= 0
        assert answer.infer_ms >= 0
