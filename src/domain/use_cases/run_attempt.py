"""The work of one attempt: fetch → decode → infer → encode → upload."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from ports.blob_store import BlobStore

from domain.model.blob_keys import document_key, picture_key
from domain.model.control import AttemptControl
from domain.model.errors import FetchFailed, ImageTooLarge
from domain.model.picture import ImageLimits, Picture
from domain.model.request import Source
from domain.model.runner import ModelRegistry, RunnerInput, RunnerOutput
from domain.model.task import Result, Task, Timing
from ports.clock import Elapsed
from ports.image_fetcher import ImageFetcher
from ports.imaging import Imaging
from ports.inference import Inference

THUMBNAIL_SIDE_PX = 256
THUMBNAIL_QUALITY = 80


@dataclass(frozen=True, slots=True)
class Finished:
    """What an attempt leaves behind; nothing of it is visible before the ledger says SUCCESS."""

    result: Result
    timing: Timing
    warnings: tuple[str, ...]
    device: str


@dataclass(frozen=True, slots=True)
class _Stored:
    result: Result
    encode_ms: int
    upload_ms: int


class RunAttempt:
    def __init__(
        self,
        fetcher: ImageFetcher,
        blobs: BlobStore,
        imaging: Imaging,
        inference: Inference,
        models: ModelRegistry,
        elapsed: Elapsed,
        limits: ImageLimits,
    ) -> None:
        self._fetcher, self._blobs, self._imaging = fetcher, blobs, imaging
        self._inference, self._models = inference, models
        self._elapsed, self._limits = elapsed, limits

    async def __call__(self, task: Task, control: AttemptControl) -> Finished:
        """Raises whatever a stage raises, and `Stopped` at the next stage or checkpoint after
        `control.stop` was set."""
        began_s = self._elapsed()
        files = await self._files(task.request.pictures)
        fetched_s = self._elapsed()
        control.raise_if_stopped()
        pictures = {r: await self._imaging.decode(f, self._limits) for r, f in files.items()}
        self._refuse_too_large_a_result(task.request.model, pictures)
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
            encode_ms=stored.encode_ms,
            upload_ms=stored.upload_ms,
        )
        return Finished(stored.result, timing, tuple(inferred.output.warnings), inferred.device)

    def _refuse_too_large_a_result(self, model: str, pictures: Mapping[str, Picture]) -> None:
        """Before the device is asked: a result is held to the same pixel limit as an input."""
        scale = self._models.spec(model).scale or 1
        for picture in pictures.values():
            pixels = picture.width * picture.height * scale**2
            if pixels > self._limits.max_pixels:
                raise ImageTooLarge(
                    f"{model} would make {pixels} pixels of this picture; the limit is "
                    f"{self._limits.max_pixels}."
                )

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

    async def _store(self, task: Task, output: RunnerOutput) -> _Stored:
        if output.pictures:
            return await self._store_picture(task, output.pictures[0], output)
        began_s = self._elapsed()
        document = json.dumps(dict(output.data), indent=2, allow_nan=False).encode()
        encoded_s = self._elapsed()
        result = await self._put(document_key(task), document, "application/json", None, output)
        return self._stored(result, began_s, encoded_s)

    async def _store_picture(self, task: Task, picture: Picture, output: RunnerOutput) -> _Stored:
        options = task.request.output
        began_s = self._elapsed()
        main = await self._imaging.encode(picture, options.format, options.quality)
        small = None
        if options.thumbnail:
            shrunk = await self._imaging.thumbnail(picture, THUMBNAIL_SIDE_PX)
            small = await self._imaging.encode(shrunk, options.format, THUMBNAIL_QUALITY)
        encoded_s = self._elapsed()
        thumbnail_key = None
        if small is not None:
            thumbnail_key = picture_key(task, small.width, small.height, f"thumb.{small.extension}")
            await self._blobs.put(thumbnail_key, small.data, small.content_type)
        key = picture_key(task, main.width, main.height, main.extension)
        size = (main.width, main.height)
        result = await self._put(key, main.data, main.content_type, size, output, thumbnail_key)
        return self._stored(result, began_s, encoded_s)

    async def _put(
        self,
        key: str,
        data: bytes,
        content_type: str,
        size: tuple[int, int] | None,
        output: RunnerOutput,
        thumbnail_key: str | None = None,
    ) -> Result:
        await self._blobs.put(key, data, content_type)
        return Result(
            key=key, content_type=content_type, bytes=len(data), size=size,
            sha256=sha256(data).hexdigest(), thumbnail_key=thumbnail_key, data=output.data,
        )  # fmt: skip

    def _stored(self, result: Result, began_s: float, encoded_s: float) -> _Stored:
        return _Stored(result, _ms(encoded_s - began_s), _ms(self._elapsed() - encoded_s))


def _ms(seconds: float) -> int:
    return round(1000 * max(0.0, seconds))
