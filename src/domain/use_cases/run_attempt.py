"""The work of one attempt: fetch → decode → infer → encode → upload."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from domain.model.control import AttemptControl
from domain.model.errors import FetchFailed, ImageTooLarge
from domain.model.picture import ImageLimits, Picture
from domain.model.request import Source
from domain.model.runner import ModelRegistry, RunnerInput
from domain.model.task import Result, Task, Timing
from domain.use_cases.store_result import StoreResult
from ports.blob_store import BlobStore
from ports.clock import Elapsed
from ports.image_fetcher import ImageFetcher
from ports.imaging import Imaging
from ports.inference import Inference


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
        fetcher: ImageFetcher,
        blobs: BlobStore,
        imaging: Imaging,
        inference: Inference,
        store: StoreResult,
        models: ModelRegistry,
        elapsed: Elapsed,
        limits: ImageLimits,
    ) -> None:
        self._fetcher, self._blobs, self._imaging = fetcher, blobs, imaging
        self._inference, self._store, self._models = inference, store, models
        self._elapsed, self._limits = elapsed, limits

    async def __call__(self, task: Task, control: AttemptControl) -> Finished:
        """Raises whatever a stage raises, and `Stopped` at the next stage or checkpoint after
        `control.stop` was set."""
        began_s = self._elapsed()
        files = await self._files(task.request.pictures)
        fetched_s = self._elapsed()
        control.raise_if_stopped()
        pictures = await self._decoded(task.request.model, files)
        decoded_s = self._elapsed()
        control.raise_if_stopped()
        work = RunnerInput(pictures, task.request.params, task.request.texts, control.checkpoint)
        inferred = await self._inference.run(task.request.model, work)
        control.raise_if_stopped()
        stored = await self._store(task, inferred.output)
        timing = Timing(
            fetch_ms=_ms(fetched_s - began_s),
            prepare_ms=_ms(decoded_s - began_s) + inferred.prepare_ms,
            infer_ms=inferred.infer_ms,
            encode_ms=_ms(stored.encode_s),
            upload_ms=_ms(stored.upload_s),
        )
        return Finished(stored.result, timing, tuple(inferred.output.warnings), inferred.device)

    async def _files(self, sources: Mapping[str, Source]) -> dict[str, bytes]:
        files = await asyncio.gather(*(self._file(source) for source in sources.values()))
        return dict(zip(sources, files, strict=True))

    async def _file(self, source: Source) -> bytes:
        if source.url is not None:
            return await self._fetcher.fetch(source.url)
        blob = await self._blobs.get(source.blob) if source.blob else None
        if blob is None:
            raise FetchFailed("The uploaded picture is no longer stored.", retryable=False)
        return blob.data

    async def _decoded(self, model: str, files: Mapping[str, bytes]) -> dict[str, Picture]:
        pictures = {role: await self._imaging.decode(f, self._limits) for role, f in files.items()}
        scale = self._models.spec(model).scale or 1
        for picture in pictures.values():
            self._refuse_too_large_a_result(model, picture.width * picture.height * scale**2)
        return pictures

    def _refuse_too_large_a_result(self, model: str, pixels: int) -> None:
        """Before the device is asked: a result is held to the same pixel limit as an input."""
        if pixels > self._limits.max_pixels:
            raise ImageTooLarge(
                f"{model} would make {pixels} pixels of this picture; the limit is "
                f"{self._limits.max_pixels}."
            )


def _ms(seconds: float) -> int:
    return round(1000 * max(0.0, seconds))
