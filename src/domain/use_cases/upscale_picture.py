"""Enlarging what a model made, through the upscalers of this process."""

from dataclasses import dataclass

from domain.model.control import AttemptControl
from domain.model.errors import InferenceFailed
from domain.model.model_registry import ModelRegistry
from domain.model.output_checks import no_upscaler, too_large
from domain.model.picture import ImageLimits, Picture
from domain.model.runner import Checkpoint, RunnerInput
from domain.model.task import Task
from domain.model.upscaling import Upscaling, plan_upscaling, share_of
from ports.clock import Elapsed
from ports.imaging import Imaging
from ports.inference import Inference


@dataclass(frozen=True, slots=True, eq=False)
class Upscaled:
    """The enlarged picture, and the milliseconds and warnings that it cost."""

    picture: Picture
    infer_ms: int = 0
    warnings: tuple[str, ...] = ()


class UpscalePicture:
    def __init__(
        self,
        inference: Inference,
        imaging: Imaging,
        models: ModelRegistry,
        elapsed: Elapsed,
        limits: ImageLimits,
    ) -> None:
        self._inference, self._imaging, self._models = inference, imaging, models
        self._elapsed, self._limits = elapsed, limits

    def plan(self, task: Task) -> Upscaling:
        """Which models will run: by those that were taken away where the task was accepted for no
        others. Raises `NotSupported`."""
        factor = task.request.output.upscale
        upscaling = plan_upscaling(factor, self._models) or plan_upscaling(
            factor, self._models.retired
        )
        if upscaling is None:
            raise no_upscaler()
        return upscaling

    async def __call__(
        self, task: Task, picture: Picture, upscaling: Upscaling, control: AttemptControl
    ) -> Upscaled:
        """`picture`, its sides `upscaling.factor` times as long. Raises `ImageTooLarge`, and
        what running a model raises."""
        pixels = picture.width * picture.height * upscaling.reach**2
        if pixels > self._limits.max_pixels:
            what = f"upscale {upscaling.factor}"
            raise too_large(what, pixels, self._limits.max_pixels, "/output/upscale")
        size = (picture.width * upscaling.factor, picture.height * upscaling.factor)
        made, parts = Upscaled(picture), 1 + len(upscaling.runs)
        for number, name in enumerate(upscaling.runs, start=1):
            made = await self._run(task, name, made, share_of(control.checkpoint, number, parts))
            control.raise_if_stopped()
        began_s = self._elapsed()
        exact = await self._imaging.resize(made.picture, size)
        spent_ms = round(1000 * (self._elapsed() - began_s))
        return Upscaled(exact, made.infer_ms + spent_ms, made.warnings)

    async def _run(
        self, task: Task, name: str, before: Upscaled, checkpoint: Checkpoint
    ) -> Upscaled:
        params = self._models.spec(name).validate({})
        work = RunnerInput({"image": before.picture}, params, checkpoint=checkpoint)
        with self._inference.admit(name, task.request.priority, alone=task.alone) as run:
            inferred = await run(work)
        if not inferred.output.pictures:
            raise InferenceFailed(f"{name} made no picture.")
        return Upscaled(
            inferred.output.pictures[0],
            before.infer_ms + inferred.prepare_ms + inferred.infer_ms,
            (*before.warnings, *inferred.output.warnings),
        )
