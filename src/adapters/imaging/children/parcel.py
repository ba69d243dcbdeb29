"""Bytes handed from one process to another: an anonymous file, sealed once it is full, known by
its descriptor alone. It has no name to leak and ends with its last holder.

Linux has such files (`memfd_create`). On macOS it is an unlinked temporary file, which can't be
sealed and so is no wall against a child that was taken over.
"""

import fcntl
import mmap
import os
import sys
from collections.abc import Sequence

Parts = Sequence[memoryview]


def packed(parts: Parts) -> int:
    """The descriptor of a new file that holds `parts` one after the other, for good. Raises
    `MemoryError` if there is no room for it."""
    try:
        return _filled(_anonymous_file(), parts)
    except OSError as error:
        raise MemoryError from error


def opened(fd: int) -> memoryview:
    """The whole file, without a copy; the memory is given back with the last view of it. Writing
    to it changes this process's copy only. Closes `fd`. Raises `MemoryError`, or `ValueError` if
    it is not sealed: who could shorten a file under its reader could kill the reader by it."""
    try:
        if not _is_sealed(fd):
            raise ValueError("the file is not sealed")
        return memoryview(mmap.mmap(fd, 0, access=mmap.ACCESS_COPY))
    except OSError as error:
        raise MemoryError from error
    finally:
        os.close(fd)


def _filled(fd: int, parts: Parts) -> int:
    try:
        for part in parts:
            _write(fd, part)
        _seal(fd)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _write(fd: int, part: memoryview) -> None:
    rest = part.cast("B") if part.nbytes else memoryview(b"")
    while rest:  # one call writes 2 GiB at most
        rest = rest[os.write(fd, rest) :]


if sys.platform == "linux":
    _SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL

    def _anonymous_file() -> int:
        return os.memfd_create("darkroom-picture", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)

    def _seal(fd: int) -> None:
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, _SEALS)

    def _is_sealed(fd: int) -> bool:
        try:
            return fcntl.fcntl(fd, fcntl.F_GET_SEALS) & _SEALS == _SEALS
        except OSError:  # no such file at all
            return False

else:
    import tempfile

    def _anonymous_file() -> int:
        with tempfile.TemporaryFile() as file:
            return os.dup(file.fileno())

    def _seal(fd: int) -> None:
        pass

    def _is_sealed(fd: int) -> bool:
        return True
