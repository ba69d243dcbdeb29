"""`invert`: a photographic negative. The smallest complete runner, to copy from: no torch, no
weights, one parameter. Libraries are imported where they work: the gateway reads the spec alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from adapters.runners.validation import params_schema, params_validator
from domain.model.errors import InferenceFailed
from domain.model.model_spec import ModelSpec
from domain.model.picture import Picture
from domain.model.runner import Checkpoint, ModelRunner, RunnerInput, RunnerOutput

BAND_PX = 256
"""Rows between two checkpoints."""


class InvertParams(BaseModel):
    """How to invert."""

    strength: float = Field(
        default=1.0, ge=0, le=1, description="1 is the negative, 0 the picture itself."
    )


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """`table`: uint8, shape (256,): the new level of each level."""

    picture: Picture
    table: Any
    checkpoint: Checkpoint


class InvertRunner(ModelRunner):
    """Maps every level x to (1 - strength) x + strength (255 - x); alpha, greyness and colour
    profile stay. Plain numpy on the CPU, whatever the device."""

    spec: ClassVar[ModelSpec] = ModelSpec(
        name="invert",
        description="The photographic negative of a picture.",
        params_schema=params_schema(InvertParams),
        validate=params_validator(InvertParams),
        deterministic=lambda _params: True,
        scale=1,
        examples=({}, {"strength": 0.5}),
    )

    def __init__(self) -> None:
        self._loaded = False

    def load(self, device: str) -> None:
        self._loaded = True

    def prepare(self, work: RunnerInput) -> Prepared:
        import numpy as np

        level, strength = np.arange(256), work.params["strength"]
        table = np.rint((1 - strength) * level + strength * (255 - level)).astype(np.uint8)
        return Prepared(work.pictures["image"], table, work.checkpoint)

    def infer(self, batch: Sequence[Prepared]) -> Sequence[Picture]:
        if not self._loaded:
            raise InferenceFailed("invert is not loaded.")
        return [_mapped(item) for item in batch]

    def postprocess(self, output: Picture) -> RunnerOutput:
        return RunnerOutput(pictures=(output,))

    def release(self) -> None:
        self._loaded = False


def _mapped(item: Prepared) -> Picture:
    height, pixels = item.picture.height, item.picture.pixels.copy()
    for top in range(0, height, BAND_PX):
        rows = slice(top, top + BAND_PX)
        pixels[rows] = item.table[pixels[rows]]
        item.checkpoint(min(1.0, (top + BAND_PX) / height))
    return replace(item.picture, pixels=pixels)
