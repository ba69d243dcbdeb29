"""A loaded runner, and works for it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from adapters.runners.diffusion.runner import DiffusionRunner
from domain.model.picture import Picture
from domain.model.runner import Checkpoint, RunnerInput, RunnerOutput

SMALL = {"resolution": "64x64", "steps": 2, "seed": 1}


class Studio:
    def __init__(self, kind: type[DiffusionRunner]) -> None:
        self.kind, self.runner = kind, kind()
        self.runner.load("cpu")

    def painted(self, *works: RunnerInput) -> list[RunnerOutput]:
        """What one batch of `works` gives."""
        orders = [self.runner.prepare(work) for work in works]
        assert len({self.runner.batch_key(order) for order in orders}) == 1
        return [self.runner.postprocess(made) for made in self.runner.infer(orders)]

    def pixels(self, prompt: str = "a cat", **params: Any) -> Any:
        """Of the first picture that this work alone gives."""
        return self.painted(self.work(prompt, **params))[0].pictures[0].pixels

    def work(
        self,
        prompt: str = "a cat",
        negative_prompt: str | None = None,
        pictures: Mapping[str, Picture] | None = None,
        checkpoint: Checkpoint = lambda _done: None,
        **params: Any,
    ) -> RunnerInput:
        return work_for(self.kind, prompt, negative_prompt, pictures, checkpoint, **params)


def work_for(
    kind: Any,
    prompt: str = "a cat",
    negative_prompt: str | None = None,
    pictures: Mapping[str, Picture] | None = None,
    checkpoint: Checkpoint = lambda _done: None,
    **params: Any,
) -> RunnerInput:
    """As it would come from a client: params checked, defaults filled in."""
    negative = {} if negative_prompt is None else {"negative_prompt": negative_prompt}
    checked = kind.spec.validate({**SMALL, **params})
    return RunnerInput(pictures or {}, checked, {"prompt": prompt, **negative}, checkpoint)


def noise(height: int, width: int, seed: int = 7) -> Picture:
    random = np.random.default_rng(seed)
    return Picture(random.integers(0, 256, (height, width, 3), np.uint8))


def apart(one: Any, other: Any) -> int:
    """The largest difference in levels."""
    assert one.shape == other.shape
    return int(np.abs(one.astype(int) - other).max())


def pictures_of(outputs: Sequence[RunnerOutput]) -> list[Any]:
    return [picture.pixels for output in outputs for picture in output.pictures]
