"""A worker's word to its parent that it can work: one byte through a pipe."""

import os
from contextlib import suppress

STEADY_S = 10.0
"""A worker that lives this long with warm models has proved itself without any task."""


class Proof:
    """The worker's end, called with its first task at the latest. Who is not listened to, or whose
    parent is dead, says it to nobody."""

    def __init__(self, fd: int | None) -> None:
        self._fd = fd

    def __call__(self) -> None:
        fd, self._fd = self._fd, None
        if fd is not None:
            with suppress(OSError):
                os.write(fd, b"\n")
            os.close(fd)


class Listening:
    """The parent's end. `fd` is what the worker inherits; nothing is waited for."""

    def __init__(self) -> None:
        self._ear, self.fd = os.pipe()
        os.set_blocking(self._ear, False)

    def heard(self) -> bool:
        try:
            return os.read(self._ear, 1) != b""
        except BlockingIOError:
            return False

    def close(self) -> None:
        os.close(self._ear)
        os.close(self.fd)
