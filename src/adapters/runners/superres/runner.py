"""The self-trained upscalers, as models. Imports without torch: the gateway reads the specs."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from adapters.runners.validation import NoParams, params_schema, params_validator
from domain.model.errors import InferenceFailed
from domain.model.picture import Picture
from domain.model.runner import Checkpoint, ModelRunner, ModelSpec, RunnerInput, RunnerOutput

if TYPE_CHECKING:
    from adapters.runners.superres.upscaler import Upscaler

STACKED_SIDE_PX = 64
"""Up to here a stacked pass is faster than single ones on a CPU; above it the cache loses."""


@dataclass(frozen=True, slots=True, eq=False)
class Enlargement:
    """A picture before and after: `source` as it came, `pixels` opaque for the network."""

    source: Picture
    pixels: Any
    checkpoint: Checkpoint

    @property
    def is_small(self) -> bool:
        return max(self.source.height, self.source.width) <= STACKED_SIDE_PX


@dataclass(frozen=True, slots=True, eq=False)
class Enlarged:
    """`pixels`: uint8 (scale·h, scale·w, 3). `model_sha256`: of the weights that made it."""

    source: Picture
    pixels: Any
    model_sha256: str


class SuperResolutionRunner(ModelRunner):
    """Enlarges `scale` times: output side over input side."""

    scale: ClassVar[int]

    def __init__(self) -> None:
        self._upscaler: Upscaler | None = None
        self._sha256 = ""

    def load(self, device: str) -> None:
        """fp32 on a CPU, fp16 elsewhere."""
        from adapters.runners.superres.upscaler import Upscaler
        from adapters.runners.superres.weights import load_network

        network, self._sha256 = load_network(self.scale)
        upscaler = Upscaler(network, self.scale, device)
        upscaler.warm_up()
        self._upscaler = upscaler

    def prepare(self, work: RunnerInput) -> Enlargement:
        from adapters.runners.superres.alpha import fill_transparent

        source = work.pictures["image"]
        pixels = source.pixels
        if source.alpha is not None:
            pixels = fill_transparent(pixels, source.alpha)
        return Enlargement(source, pixels, work.checkpoint)

    def infer(self, batch: Sequence[Enlargement]) -> Sequence[Enlarged]:
        upscaler = self._upscaler
        if upscaler is None:
            raise InferenceFailed(f"{self.spec.name} is not loaded.")
        if len(batch) > 1 and all(item.is_small for item in batch) and _one_shape(batch):
            return self._stacked(upscaler, batch)
        return [
            self._enlarged(item, upscaler.upscale(item.pixels, item.checkpoint, item.source.gray))
            for item in batch
        ]

    def postprocess(self, output: Enlarged) -> RunnerOutput:
        from adapters.runners.superres.alpha import enlarge_alpha

        source = output.source
        alpha = None if source.alpha is None else enlarge_alpha(source.alpha, self.scale)
        picture = Picture(output.pixels, alpha, source.gray, source.icc_profile)
        data = {"scale": self.scale, "model_sha256": output.model_sha256}
        return RunnerOutput(data=data, pictures=(picture,))

    def release(self) -> None:
        if self._upscaler is not None:
            upscaler, self._upscaler = self._upscaler, None
            upscaler.close()

    def batch_key(self, prepared: Enlargement) -> Hashable:
        """Small pictures go with their like; a large one fills the device alone."""
        return prepared.pixels.shape if prepared.is_small else id(prepared)

    def _stacked(self, upscaler: "Upscaler", batch: Sequence[Enlargement]) -> Sequence[Enlarged]:
        """One pass for all; each task's checkpoint is called before and after it."""
        for item in batch:
            item.checkpoint(0.0)
        grays = [item.source.gray for item in batch]
        pictures = upscaler.upscale_stacked([item.pixels for item in batch], grays)
        for item in batch:
            item.checkpoint(1.0)
        return [self._enlarged(*pair) for pair in zip(batch, pictures, strict=True)]

    def _enlarged(self, item: Enlargement, pixels: Any) -> Enlarged:
        return Enlarged(item.source, pixels, self._sha256)


def _one_shape(batch: Sequence[Enlargement]) -> bool:
    return len({item.pixels.shape for item in batch}) == 1


def _spec(scale: int) -> ModelSpec:
    return ModelSpec(
        name=f"superres-x{scale}",
        description=(
            f"Enlarges a picture {scale} times on each side with a small network of ours that "
            "restores edges and fine lines; clean pictures and JPEGs alike. Keeps transparency."
        ),
        params_schema=params_schema(NoParams),
        validate=params_validator(NoParams),
        deterministic=lambda _params: True,
        scale=scale,
        examples=({},),
    )


class SuperResolutionX2(SuperResolutionRunner):
    """Twice the width and height."""

    scale = 2
    spec = _spec(scale)


class SuperResolutionX4(SuperResolutionRunner):
    """Four times the width and height."""

    scale = 4
    spec = _spec(scale)
