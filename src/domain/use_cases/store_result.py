"""Turning a model's output into files: encode → upload, under keys of this attempt alone."""

import json
from dataclasses import dataclass
from hashlib import sha256

from domain.model.blob_keys import document_key, picture_key
from domain.model.errors import InferenceFailed
from domain.model.picture import Encoded, Picture
from domain.model.runner import RunnerOutput
from domain.model.task import Result, Task
from ports.blob_store import BlobStore
from ports.clock import Elapsed
from ports.imaging import Imaging

THUMBNAIL_SIDE_PX = 256
THUMBNAIL_QUALITY = 80


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the result lies, and the seconds that encoding and uploading took."""

    result: Result
    encode_s: float
    upload_s: float


class StoreResult:
    def __init__(self, imaging: Imaging, blobs: BlobStore, elapsed: Elapsed) -> None:
        self._imaging, self._blobs, self._elapsed = imaging, blobs, elapsed

    async def __call__(self, task: Task, output: RunnerOutput) -> Stored:
        """The first picture of `output` and its thumbnail, or its data as a JSON document.
        Nothing of it is visible before the ledger says SUCCESS."""
        began_s = self._elapsed()
        document = _document(output)
        if output.pictures:
            return await self._picture(task, output.pictures[0], output)
        encoded_s = self._elapsed()
        key = document_key(task)
        await self._blobs.put(key, document, "application/json")
        result = Result(
            key=key, content_type="application/json", bytes=len(document),
            sha256=sha256(document).hexdigest(), data=output.data,
        )  # fmt: skip
        return Stored(result, encoded_s - began_s, self._elapsed() - encoded_s)

    async def _picture(self, task: Task, picture: Picture, output: RunnerOutput) -> Stored:
        options = task.request.output
        began_s = self._elapsed()
        main = await self._imaging.encode(picture, options.format, options.quality)
        small = main
        if options.thumbnail and max(main.width, main.height) > THUMBNAIL_SIDE_PX:
            shrunk = await self._imaging.thumbnail(picture, THUMBNAIL_SIDE_PX)
            small = await self._imaging.encode(shrunk, options.format, THUMBNAIL_QUALITY)
        encoded_s = self._elapsed()
        key, small_key = await self._upload(task, main, small)
        result = Result(
            key=key, content_type=main.content_type, bytes=len(main.data),
            sha256=sha256(main.data).hexdigest(), size=(main.width, main.height),
            thumbnail_key=small_key if options.thumbnail else None, data=output.data,
        )  # fmt: skip
        return Stored(result, encoded_s - began_s, self._elapsed() - encoded_s)

    async def _upload(self, task: Task, main: Encoded, small: Encoded) -> tuple[str, str]:
        """A picture that is small already is its own thumbnail. The main file goes last."""
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
