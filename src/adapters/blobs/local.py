"""Files in one folder of this machine, under their keys, so that people can open them."""

import asyncio
import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate, islice
from pathlib import Path
from typing import TypeVar

from adapters.blobs.files import DurableFiles, make_folders, remove_file, remove_folder
from domain.model.errors import StorageUnavailable
from domain.model.links import LinkSigner, check_key, check_prefix
from ports.blob_store import Blob, BlobStore
from ports.lifecycle import Lifecycle

T = TypeVar("T")

_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".json": "application/json",
}
AT_ONCE = 16
"""Files under way. They wait for the disk, which serves many waits at once as fast as one."""

_TYPE_MARK = "@type"
"""Beside `key`, the file `key@type` holds a MIME type that the key's ending does not tell."""


class LocalBlobStore(BlobStore, Lifecycle):
    """Files and folders are for their owner alone; links are paths of the gateway.

    What `put` returned from survives a power cut. Several processes may share a `root`.
    """

    def __init__(self, root: Path, signer: LinkSigner) -> None:
        self._root = root.absolute()
        self._files = DurableFiles(self._root)
        self._signer = signer
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="blobs")

    async def start(self) -> None:
        """Make the folder and try to write in it."""
        try:
            await asyncio.to_thread(self._open)
        except OSError as error:
            raise StorageUnavailable(
                f"DATA_DIR is not usable: {self._root}: {error.strerror}",
                remedy="Name a folder in DATA_DIR that this user may write to.",
            ) from error

    async def aclose(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)

    async def ping(self) -> None:
        await self._in_thread(self._probe)

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        check_key(key)
        await self._in_thread(lambda: self._write(key, data, content_type))

    async def get(self, key: str) -> Blob | None:
        check_key(key)
        return await self._in_thread(lambda: self._read(key))

    async def delete(self, prefix: str) -> None:
        check_prefix(prefix)
        await self._in_thread(lambda: self._remove(prefix))

    async def link(self, key: str, expires_at: float, filename: str) -> str | None:
        return self._signer.path(key, expires_at)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except OSError as error:
            raise StorageUnavailable from error

    def _open(self) -> None:
        make_folders(self._root)
        self._probe()

    def _probe(self) -> None:
        with tempfile.TemporaryFile(dir=self._root) as file:
            file.write(b"x")

    def _write(self, key: str, data: bytes, content_type: str) -> None:
        path = self._path(key)
        if content_type == _told_by(path):
            remove_file(_mark(path))
        else:
            self._files.write(_mark(path), content_type.encode())
        self._files.write(path, data)  # last: a reader who finds the file finds its type too

    def _read(self, key: str) -> Blob | None:
        path = self._path(key)
        try:
            data = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        try:
            return Blob(data, _mark(path).read_text())
        except FileNotFoundError:
            return Blob(data, _told_by(path))

    def _remove(self, prefix: str) -> None:
        path = self._path(prefix.removesuffix("/"))
        if prefix.endswith("/"):
            remove_folder(path)
        else:
            remove_file(path)
            remove_file(_mark(path))

    def _path(self, key: str) -> Path:
        """Where `key` lies. A link somebody put inside the folder may not lead out of it. Folders
        that were written to were looked at then."""
        path = self._root / key
        strange = (each for each in self._steps(key) if not self._files.knows(each))
        if any(map(os.path.islink, strange)) and not self._holds(path):
            raise StorageUnavailable("A link in the storage folder leads outside of it.")
        return path

    def _steps(self, key: str) -> Iterator[str]:
        """Each folder on the way from the root to `key`, and its file."""
        steps = accumulate([str(self._root), *key.split("/")], "{}/{}".format)
        return islice(steps, 1, None)

    def _holds(self, path: Path) -> bool:
        return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self._root))


def _told_by(path: Path) -> str:
    return _TYPES.get(path.suffix, "application/octet-stream")


def _mark(path: Path) -> Path:
    return path.with_name(path.name + _TYPE_MARK)
