"""Turning a model's output into files: mark → encode → upload, under keys of this attempt alone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from domain.model.blob_keys import document_key, picture_key
from domain.model.errors import InferenceFailed
from domain.model.output import OutputOptions
from domain.model.picture import Encoded, Picture
from domain.model.placing import thumbnail_size
from domain.model.runner import RunnerOutput
from domain.model.task import FurtherPicture, Result, Task
from domain.use_cases.mark_picture import MarkPicture
from ports.blob_store import BlobStore
from ports.clock import Elapsed
from ports.imaging import Imaging
from ports.tracing import Tracing

THUMBNAIL_QUALITY = 80


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the result lies, the seconds that encoding (with its mark) and uploading took, and
    what is not as it was asked."""

    result: Result
    encode_s: float
    upload_s: float
    warnings: tuple[str, ...] = ()


class StoreResult:
    def __init__(
        self,
        mark: MarkPicture,
        imaging: Imaging,
        blobs: BlobStore,
        elapsed: Elapsed,
        tracing: Tracing,
    ) -> None:
        self._mark, self._imaging, self._blobs = mark, imaging, blobs
        self._elapsed, self._tracing = elapsed, tracing

    async def __call__(self, task: Task, output: RunnerOutput) -> Stored:
        """The pictures of `output` and a thumbnail of the first, or its data as a JSON document.
        Nothing of it is visible before the ledger says SUCCESS."""
        began_s = self._elapsed()
        document = _document(output)
        if output.pictures:
            return await self._pictures(task, output)
        encoded_s = self._elapsed()
        key = document_key(task)
        with self._tracing.span("upload"):
            await self._blobs.put(key, document, "application/json")
        result = Result(
            key=key, content_type="application/json", bytes=len(document),
            sha256=sha256(document).hexdigest(), data=output.data,
        )  # fmt: skip
        return Stored(result, encoded_s - began_s, self._elapsed() - encoded_s)

    async def _pictures(self, task: Task, output: RunnerOutput) -> Stored:
        began_s, how = self._elapsed(), task.request.output
        with self._tracing.span("encode"):
            marked = [await self._mark(task.request, picture) for picture in output.pictures]
            main, small = await self._encoded(how, marked[0].picture)
            others = [
                await self._imaging.encode(each.picture, how.format, how.quality, how.background)
                for each in marked[1:]
            ]
        encoded_s = self._elapsed()
        with self._tracing.span("upload"):
            further = await self._upload_further(task, others)
            key, small_key = await self._upload(task, main, small)
        result = Result(
            key=key, content_type=main.content_type, bytes=len(main.data),
            sha256=sha256(main.data).hexdigest(), size=(main.width, main.height),
            thumbnail_key=small_key if how.thumbnail else None, further=further, data=output.data,
        )  # fmt: skip
        # A mark that was left out was left out of each.
        warnings = marked[0].warnings
        return Stored(result, encoded_s - began_s, self._elapsed() - encoded_s, warnings)

    async def _upload_further(
        self, task: Task, others: Sequence[Encoded]
    ) -> dict[str, FurtherPicture]:
        further = {}
        for number, each in enumerate(others, start=2):
            key = picture_key(task, each.width, each.height, each.extension, number)
            await self._blobs.put(key, each.data, each.content_type)
            further[key] = FurtherPicture(
                bytes=len(each.data), sha256=sha256(each.data).hexdigest(),
                size=(each.width, each.height),
            )  # fmt: skip
        return further

    async def _encoded(self, how: OutputOptions, picture: Picture) -> tuple[Encoded, Encoded]:
        """The file and its thumbnail: itself where none is wanted or the picture is small."""
        encode = self._imaging.encode
        main = await encode(picture, how.format, how.quality, how.background)
        size = thumbnail_size((picture.width, picture.height))
        if not how.thumbnail or size == (picture.width, picture.height):
            return main, main
        small = await self._imaging.resize(picture, size)
        return main, await encode(small, how.format, THUMBNAIL_QUALITY, how.background)

    async def _upload(self, task: Task, main: Encoded, small: Encoded) -> tuple[str, str]:
        """The main file goes last."""
        keys = [picture_key(task, f.width, f.height, f.extension) for f in (main, small)]
        if small is not main:
            await self._blobs.put(keys[1], small.data, small.content_type)
        await self._blobs.put(keys[0], main.data, main.content_type)
        return keys[0], keys[1]


def _document(output: RunnerOutput) -> bytes:
    """The data as JSON. A runner that answers NaN or an array fails its attempt here, not every
    later reader of the task."""
    try:
        return json.dumps(dict(output.data), indent=2, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise InferenceFailed(f"The model's data is not JSON: {error}.") from error
