"""Upscalers without torch: each pixel becomes a square of pixels."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from domain.model.model_spec import ModelSpec
from domain.model.picture import Picture
from domain.model.runner import ModelRunner, RunnerInput, RunnerOutput


class Double(ModelRunner):
    """Says once that it is half done."""

    spec = ModelSpec(
        name="double", description="Twice as large.", scale=2, deterministic=lambda _: True
    )

    def load(self, device: str) -> None:
        return

    def prepare(self, work: RunnerInput) -> RunnerInput:
        return work

    def infer(self, batch: Sequence[RunnerInput]) -> Sequence[Picture]:
        for work in batch:
            work.checkpoint(0.5)
        return [self._enlarged(work.pictures["image"]) for work in batch]

    def postprocess(self, output: Picture) -> RunnerOutput:
        return RunnerOutput(pictures=(output,), warnings=(f"{self.spec.name} was here",))

    def release(self) -> None:
        return

    def _enlarged(self, picture: Picture) -> Picture:
        square = np.ones((self.spec.scale or 1,) * 2, np.uint8)
        return replace(
            picture,
            pixels=np.kron(picture.pixels, square[:, :, None]),
            alpha=None if picture.alpha is None else np.kron(picture.alpha, square),
        )


class Quadruple(Double):
    spec = ModelSpec(
        name="quadruple", description="Four times as large.", scale=4, deterministic=lambda _: True
    )


class Triplets(Double):
    """Three pictures of one, each darker."""

    spec = ModelSpec(name="triplets", description="Three pictures.")

    def infer(self, batch: Sequence[RunnerInput]) -> Sequence[Picture]:
        return [work.pictures["image"] for work in batch]

    def postprocess(self, output: Picture) -> RunnerOutput:
        darker = (replace(output, pixels=output.pixels // part) for part in (1, 2, 4))
        return RunnerOutput(pictures=tuple(darker))
