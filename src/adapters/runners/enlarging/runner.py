"""What every runner that only enlarges has in common. Imports without torch."""

from abc import abstractmethod
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.model.errors import InferenceFailed
from domain.model.picture import Picture
from domain.model.runner import Checkpoint, ModelRunner, RunnerInput, RunnerOutput

if TYPE_CHECKING:
    from adapters.runners.enlarging.upscaler import Upscaler


@dataclass(frozen=True, slots=True, eq=False)
class Enlargement:
    """A picture before and after: `source` as it came, `pixels` opaque for the network."""

    source: Picture
    pixels: Any
    checkpoint: Checkpoint

    @property
    def area_px(self) -> int:
        return self.source.height * self.source.width


@dataclass(frozen=True, slots=True, eq=False)
class Enlarged:
    """`pixels`: uint8 (scale·h, scale·w, 3). `scale` and `model_sha256`: of what made it."""

    source: Picture
    pixels: Any
    scale: int
    model_sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A network on its device, its factor, and the SHA-256 of its weights' file in hex."""

    upscaler: "Upscaler"
    scale: int
    sha256: str


class EnlargingRunner(ModelRunner):
    """Enlarges by a fixed factor, tile by tile; alpha, greyness and colour profile go along."""

    def __init__(self) -> None:
        self._loaded: Loaded | None = None

    @abstractmethod
    def upscaler(self, device: str) -> Loaded:
        """The network on `device`; torch is imported below this."""

    def load(self, device: str) -> None:
        """fp32 on a CPU, fp16 elsewhere, unless set up otherwise."""
        loaded = self.upscaler(device)
        loaded.upscaler.warm_up()
        self._loaded, self.budget_px = loaded, loaded.upscaler.stacked_px

    def prepare(self, work: RunnerInput) -> Enlargement:
        from adapters.runners.enlarging.alpha import fill_transparent

        source = work.pictures["image"]
        pixels = source.pixels
        if source.alpha is not None:
            pixels = fill_transparent(pixels, source.alpha)
        return Enlargement(source, pixels, work.checkpoint)

    def infer(self, batch: Sequence[Enlargement]) -> Sequence[Enlarged]:
        loaded = self._loaded
        if loaded is None:
            raise InferenceFailed(f"{self.spec.name} is not loaded.")
        fitting = sum(item.area_px for item in batch) <= loaded.upscaler.stacked_px
        if len(batch) > 1 and fitting and _one_shape(batch):
            return _stacked(loaded, batch)
        return [_single(loaded, item) for item in batch]

    def postprocess(self, output: Enlarged) -> RunnerOutput:
        from adapters.runners.enlarging.alpha import enlarge_alpha

        source = output.source
        alpha = None if source.alpha is None else enlarge_alpha(source.alpha, output.scale)
        picture = Picture(output.pixels, alpha, source.gray, source.icc_profile)
        data = {"scale": output.scale, "model_sha256": output.model_sha256}
        return RunnerOutput(data=data, pictures=(picture,))

    def release(self) -> None:
        if self._loaded is not None:
            loaded, self._loaded = self._loaded, None
            loaded.upscaler.close()

    def batch_key(self, prepared: Enlargement) -> Hashable:
        """Only what has one shape can be stacked."""
        return prepared.source.height, prepared.source.width

    def cost_px(self, prepared: Enlargement) -> int:
        """A picture too large to be stacked fills a batch."""
        return prepared.area_px

    def probe(self) -> None:
        if self._loaded is not None:
            self._loaded.upscaler.probe()


def _single(loaded: Loaded, item: Enlargement) -> Enlarged:
    pixels = loaded.upscaler.upscale(item.pixels, item.checkpoint, item.source.gray)
    return Enlarged(item.source, pixels, loaded.scale, loaded.sha256)


def _stacked(loaded: Loaded, batch: Sequence[Enlargement]) -> Sequence[Enlarged]:
    """One pass for all; each task's checkpoint is called before and after it."""
    for item in batch:
        item.checkpoint(0.0)
    grays = [item.source.gray for item in batch]
    pictures = loaded.upscaler.upscale_stacked([item.pixels for item in batch], grays)
    for item in batch:
        item.checkpoint(1.0)
    return [
        Enlarged(item.source, pixels, loaded.scale, loaded.sha256)
        for item, pixels in zip(batch, pictures, strict=True)
    ]


def _one_shape(batch: Sequence[Enlargement]) -> bool:
    return len({item.pixels.shape for item in batch}) == 1
