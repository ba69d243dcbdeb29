"""Changing files so that a reader, a crash or a power cut finds all of a change or none."""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

_SCRATCH = "@"
"""Starts the names of unfinished files: no key holds it, so none collides."""


def write_durably(path: Path, data: bytes) -> None:
    """Replace the file at `path` (mode 0600), making the folders above it (0700).

    A temporary file in the same folder is written and synced, then renamed over the old one,
    then the folder is synced: a rename alone may be lost, or reach the disk before the bytes.
    """
    make_folders(path.parent)
    handle, scratch = tempfile.mkstemp(prefix=_SCRATCH, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, path)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


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


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
