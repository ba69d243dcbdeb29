"""`image-scoring`: how good a picture is technically, 0 to 100, and why."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from adapters.runners.device_faults import device_faults
from adapters.runners.scoring.metrics import Metrics
from adapters.runners.scoring.score import Factors, factors, grade, score
from adapters.runners.validation import NoParams, params_schema, params_validator
from domain.model.errors import InferenceFailed
from domain.model.model_spec import ModelSpec
from domain.model.runner import Checkpoint, ModelRunner, RunnerInput, RunnerOutput

if TYPE_CHECKING:
    from adapters.runners.scoring.cores import Cores


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """uint8 arrays (height, width, 3) of one task, and where it reports to."""

    frame: Any
    window: Any
    checkpoint: Checkpoint


class ImageScoringRunner(ModelRunner):
    """Classical no-reference metrics, combined. There are no weights to load.

    `infer` raises `InferenceFailed` or `GpuOutOfMemory`; what a checkpoint raises passes.
    """

    budget_px = 2**24  # a pass holds some 33 bytes a pixel

    spec: ClassVar[ModelSpec] = ModelSpec(
        name="image-scoring",
        description="Technical quality of a picture from 0 to 100: sharpness, noise, JPEG traces, "
        "exposure, contrast and colour. Says nothing about beauty or content.",
        params_schema=params_schema(NoParams),
        validate=params_validator(NoParams),
        deterministic=lambda _params: True,
        makes_picture=False,
        examples=({},),
    )

    def __init__(self) -> None:
        self._device: str | None = None
        self._cores: Cores | None = None

    def load(self, device: str) -> None:
        self._cores = _cores() if device == "cpu" else None
        self._measure([_blank()], device)
        self._device = device

    def prepare(self, work: RunnerInput) -> Prepared:
        from adapters.runners.scoring.framing import frame, window

        picture = work.pictures["image"]
        return Prepared(frame(picture), window(picture), work.checkpoint)

    def batch_key(self, prepared: Prepared) -> Hashable:
        return prepared.frame.shape, prepared.window.shape

    def cost_px(self, prepared: Prepared) -> int:
        return sum(
            pixels.shape[0] * pixels.shape[1] for pixels in (prepared.frame, prepared.window)
        )

    def probe(self) -> None:
        if self._device is not None:
            self._measure([_blank()], self._device)

    def infer(self, batch: Sequence[Prepared]) -> Sequence[Metrics]:
        if self._device is None:
            raise InferenceFailed("image-scoring is not loaded.")
        measured = self._measure(batch, self._device)
        for item in batch:
            item.checkpoint(1.0)
        return measured

    def postprocess(self, output: Metrics) -> RunnerOutput:
        qualities = factors(output)
        points = round(score(qualities), 2)
        return RunnerOutput(
            data={
                "score": points,
                "grade": grade(points),
                "factors": _rounded(qualities),
                "metrics": _rounded(asdict(output)),
            },
            warnings=_warnings(qualities),
        )

    def release(self) -> None:
        cores, self._cores = self._cores, None
        if cores is not None:
            cores.close()
        device, self._device = self._device, None
        if device is not None and device.startswith("cuda"):
            import torch

            torch.cuda.empty_cache()

    def _measure(self, batch: Sequence[Prepared], device: str) -> Sequence[Metrics]:
        with device_faults("measuring"):
            if self._cores is None:
                return _measured(batch, device)
            return self._cores.each(lambda item: _measured([item], device)[0], batch)


def _measured(batch: Sequence[Prepared], device: str) -> Sequence[Metrics]:
    from adapters.runners.scoring.measure import measure, to_device

    frames = to_device([item.frame for item in batch], device)
    windows = to_device([item.window for item in batch], device)
    return measure(frames, windows)


def _cores() -> "Cores":
    from adapters.runners.scoring.cores import Cores

    return Cores()


def _blank() -> Prepared:
    import numpy as np

    pixels = np.zeros((64, 64, 3), np.uint8)
    return Prepared(pixels, pixels, lambda _done: None)


def _rounded(values: Mapping[str, float | None]) -> dict[str, float | None]:
    return {name: None if value is None else round(value, 4) for name, value in values.items()}


def _warnings(qualities: Factors) -> Sequence[str]:
    unknown = [name for name, quality in qualities.items() if quality is None]
    if not unknown:
        return ()
    return (f"The picture is too small to judge {', '.join(unknown)}; the score leaves it out.",)
