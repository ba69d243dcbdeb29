"""The work of one attempt: fetch → decode → infer → upscale → mark → encode → upload."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from domain.model.control import AttemptControl
from domain.model.model_registry import ModelRegistry
from domain.model.output_checks import judge_sizes
from domain.model.picture import ImageLimits, Picture
from domain.model.request import Source
from domain.model.runner import RunnerInput, RunnerOutput
from domain.model.task import Result, Task, Timing
from domain.model.upscaling import Upscaling, share_of
from domain.use_cases.fetch_source import FetchSource
from domain.use_cases.store_result import StoreResult
from domain.use_cases.upscale_picture import UpscalePicture
from ports.clock import Elapsed
from ports.imaging import Imaging
from ports.inference import Inference, Run
from ports.tracing import Tracing


@dataclass(frozen=True, slots=True)
class Finished:
    """What an attempt leaves behind."""

    result: Result
    timing: Timing
    warnings: tuple[str, ...]
    device: str


class RunAttempt:
    def __init__(
        self,
        fetch: FetchSource,
        imaging: Imaging,
        inference: Inference,
        upscale: UpscalePicture,
        store: StoreResult,
        models: ModelRegistry,
        elapsed: Elapsed,
        limits: ImageLimits,
        tracing: Tracing,
    ) -> None:
        self._fetch, self._imaging, self._inference = fetch, imaging, inference
        self._upscale, self._store, self._models = upscale, store, models
        self._elapsed, self._limits, self._tracing = elapsed, limits, tracing

    async def __call__(self, task: Task, control: AttemptControl) -> Finished:
        """Raises whatever a stage raises, and `Stopped` at the next stage or checkpoint after
        `control.stop` was set."""
        request = task.request
        with self._inference.admit(request.model, request.priority, alone=task.alone) as run:
            return await self._attempt(task, control, run)

    async def _attempt(self, task: Task, control: AttemptControl, run: Run) -> Finished:
        upscaling = self._upscale.plan(task)
        began_s = self._elapsed()
        with self._tracing.span("fetch"):
            files = await self._files(task.request.model_pictures)
        fetched_s = self._elapsed()
        control.raise_if_stopped()
        with self._tracing.span("prepare"):
            pictures = await self._decoded(task.request.model, files, upscaling)
        decoded_s = self._elapsed()
        control.raise_if_stopped()
        with self._tracing.span("infer") as span:
            inferred = await run(_work(task, pictures, upscaling, control))
            span.tell(facts={"darkroom.device": inferred.device})
        control.raise_if_stopped()
        output, upscale_ms = await self._upscaled(task, inferred.output, upscaling, control)
        stored = await self._store(task, output)
        timing = Timing(
            fetch_ms=_ms(fetched_s - began_s),
            prepare_ms=_ms(decoded_s - began_s) + inferred.prepare_ms,
            infer_ms=inferred.infer_ms + upscale_ms,
            encode_ms=_ms(stored.encode_s),
            upload_ms=_ms(stored.upload_s),
        )
        return Finished(
            stored.result, timing, (*output.warnings, *stored.warnings), inferred.device
        )

    async def _files(self, sources: Mapping[str, Source]) -> dict[str, bytes]:
        files = await asyncio.gather(*(self._fetch(source) for source in sources.values()))
        return dict(zip(sources, files, strict=True))

    async def _upscaled(
        self, task: Task, output: RunnerOutput, upscaling: Upscaling, control: AttemptControl
    ) -> tuple[RunnerOutput, int]:
        """`output` with its pictures enlarged, and the milliseconds that took."""
        if not upscaling.runs or not output.pictures:
            return output, 0
        with self._tracing.span("upscale"):
            made = [
                await self._upscale(task, picture, upscaling, control)
                for picture in output.pictures
            ]
        warnings = (*output.warnings, *(told for each in made for told in each.warnings))
        pictures = tuple(each.picture for each in made)
        return RunnerOutput(output.data, pictures, warnings), sum(each.infer_ms for each in made)

    async def _decoded(
        self, model: str, files: Mapping[str, bytes], upscaling: Upscaling
    ) -> dict[str, Picture]:
        """A result is held to the same pixel limit as an input, before the device is asked."""
        pictures = {role: await self._imaging.decode(f, self._limits) for role, f in files.items()}
        sizes = {role: (picture.width, picture.height) for role, picture in pictures.items()}
        judge_sizes(sizes, self._models.spec(model), upscaling, self._limits.max_pixels)
        return pictures


def _work(
    task: Task, pictures: Mapping[str, Picture], upscaling: Upscaling, control: AttemptControl
) -> RunnerInput:
    checkpoint = share_of(control.checkpoint, 0, 1 + len(upscaling.runs))
    return RunnerInput(pictures, task.request.params, task.request.texts, checkpoint)


def _ms(seconds: float) -> int:
    return round(1000 * max(0.0, seconds))
