"""Changing files so that a reader, a crash or a power cut finds all of a change or none."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from secrets import token_hex

_SCRATCH = "@"
"""Starts the names of unfinished files: no key holds it, so none collides."""

_MANY = 1000
_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY


class DurableFiles:
    """Writes below `root`, which exists. Any thread; other processes may write there too.

    Remembers some of the folders that surely are on the disk: these cost nothing any more.
    """

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._kept = {self._root}

    def knows(self, folder: str) -> bool:
        """Whether it is one of those: then something was written below it."""
        return folder in self._kept

    def write(self, path: Path, data: bytes) -> None:
        """Replace the file at `path` (mode 0600), making the folders above it (0700).

        A scratch file in the same folder is written and synced, then renamed over the old one,
        then the folders are synced: a rename alone may be lost, or reach the disk before the
        bytes. The lowest folder is the first, for that brings most disks all of them at once.
        """
        folder = str(path.parent)
        scratch = f"{folder}/{_SCRATCH}{token_hex(8)}"
        descriptor, fresh = self._begin(folder, scratch)
        try:
            try:
                _write_all(descriptor, data)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            os.replace(scratch, path)
        except BaseException:
            Path(scratch).unlink(missing_ok=True)
            raise
        _sync_folder(folder)
        for each in fresh:
            _sync_folder(os.path.dirname(each))
        self._remember(fresh)

    def _begin(self, folder: str, scratch: str) -> tuple[int, list[str]]:
        """A descriptor of the new file `scratch`, and the folders, from `folder` up, that may not
        be on the disk yet."""
        fresh = self._unsure(folder)
        try:
            for each in reversed(fresh):
                with suppress(FileExistsError):
                    os.mkdir(each, 0o700)
            return os.open(scratch, _NEW, 0o600), fresh
        except FileNotFoundError:  # somebody removed what was kept
            self._kept = {self._root}
            make_folders(Path(folder))
            return os.open(scratch, _NEW, 0o600), self._unsure(folder)

    def _unsure(self, folder: str) -> list[str]:
        return list(takewhile(lambda each: each not in self._kept, _upwards(folder)))

    def _remember(self, folders: list[str]) -> None:
        if len(self._kept) > _MANY:
            self._kept = {self._root}
        self._kept.update(folders)


def remove_file(path: Path) -> None:
    """Remove the file at `path`, if there is one."""
    if path.is_file():
        path.unlink(missing_ok=True)
        _sync_folder(path.parent)


def remove_folder(path: Path) -> None:
    """Remove the folder at `path` and all in it, if there is one."""
    existed = path.is_dir()
    while path.is_dir():
        with suppress(FileNotFoundError):  # another process removes it too: look again
            shutil.rmtree(path)
    if existed:
        _sync_folder(path.parent)


def make_folders(folder: Path) -> None:
    """Make `folder` and what is missing above it (mode 0700), each synced into its parent."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(each.parent)


def _upwards(folder: str) -> Iterator[str]:
    while True:
        yield folder
        folder = os.path.dirname(folder)


def _write_all(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


def _sync_folder(folder: str | Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
