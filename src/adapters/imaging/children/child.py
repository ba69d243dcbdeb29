"""One child process as its parent sees it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from adapters.imaging.children.errors import raise_any
from adapters.imaging.children.wire import Malformed, Message, receive, send

T = TypeVar("T")

START_S = 30.0
"""A child is up in 0.2 s, but a machine may be starting everything at once."""

_SETTINGS = {
    "PYTHONPATH": str(Path(__file__).parents[3]),
    "OPENBLAS_NUM_THREADS": "1",  # each would map 100 MiB, and none is used
    # Memory kept between jobs: to fault it in anew doubles the time of a 4 megapixel JPEG.
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(96 << 20),
}
_KEPT = ("LD_LIBRARY_PATH", "PYTHONHOME")
"""Of the environment. The rest holds keys and passwords that a decoder has no use for."""


class Lost(Exception):
    """The child that had the job is gone."""


class Crashed(Lost):
    """By a fault of its own, or of what it was given."""


class TookTooLong(Lost):
    """Its time was over."""


class Killed(Lost):
    """By somebody else: most often by the kernel, when memory has run out."""


class NotStarted(Lost):
    """It never came as far as taking a job."""


class Child:
    """Spawned at once, and asked one thing at a time; each call blocks its thread."""

    def __init__(self) -> None:
        """Raises `NotStarted` if the system has no process or descriptor left."""
        self._is_ready, self._is_worn = False, False
        try:
            self._link, self._process = _spawned()
        except OSError as error:
            raise NotStarted from error

    @property
    def fit(self) -> bool:
        """Whether it may be asked again."""
        return not self._is_worn and self._process.poll() is None

    def ask(self, job: Message, wall_s: float, read: Callable[[Message], T]) -> T:
        """What `read` makes of the answer. Raises the error it was answered with, `Lost` if the
        child did not survive the job, and `MemoryError` if the job can't be handed over."""
        self._await_ready()
        self._link.settimeout(wall_s)
        try:
            send(self._link, job)
            answer = receive(self._link)
            self._is_worn = answer.head.get("worn") is True
            raise_any(answer)
            return read(answer)
        except TimeoutError as error:
            self.end()
            raise TookTooLong from error
        except Malformed as error:
            self.end()
            raise Crashed from error
        except (EOFError, ConnectionError) as error:
            raise self._obituary() from error

    def kill(self) -> None:
        """Whoever waits for its answer hears of it."""
        self._process.kill()

    def end(self) -> None:
        """Nothing is left of it. Safe to call twice."""
        self._process.kill()
        self._process.wait()
        self._link.close()

    def _await_ready(self) -> None:
        if self._is_ready:
            return
        self._link.settimeout(START_S)
        try:
            receive(self._link)
        except (TimeoutError, EOFError, ConnectionError, Malformed) as error:
            self.end()
            raise NotStarted from error
        self._is_ready = True

    def _obituary(self) -> Lost:
        """Why its link broke off; the process itself ends a moment later."""
        try:
            code = self._process.wait(5.0)
        except subprocess.TimeoutExpired:
            self.end()
            return Crashed()
        return {-signal.SIGXCPU: TookTooLong, -signal.SIGKILL: Killed}.get(code, Crashed)()


def _spawned() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """In a session of its own, so that Ctrl-C reaches it in no stage of its life."""
    near, far = socket.socketpair()
    with far:
        # A library may have set a default timeout just now; the child is to wait for its jobs.
        far.setblocking(True)
        try:
            return near, subprocess.Popen(
                [sys.executable, "-P", "-m", "adapters.imaging.children.main"],
                stdin=far.fileno(), stdout=subprocess.DEVNULL, env=_environment(),
                start_new_session=True,
            )  # fmt: skip
        except OSError:
            near.close()
            raise


def _environment() -> dict[str, str]:
    return _SETTINGS | {name: os.environ[name] for name in _KEPT if name in os.environ}
