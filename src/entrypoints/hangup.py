"""SIGHUP, by which an operator has the models read again."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

TERMINAL = "/dev/tty"


class Hangup:
    """Something to wait for. A terminal that is closed sends the same signal to what was started
    there: that means an end, as it does to any program, unless `nohup` said otherwise."""

    def __init__(self) -> None:
        self._told = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._has_terminal = False

    @contextmanager
    def listened_to(self) -> Iterator[None]:
        """In the main thread. One that a parent held back is delivered now."""
        before = signal.getsignal(signal.SIGHUP)
        self._has_terminal = before is not signal.SIG_IGN and has_terminal()
        signal.signal(signal.SIGHUP, lambda *_: self())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
        try:
            yield
        finally:
            signal.signal(signal.SIGHUP, before)

    def __call__(self) -> None:
        if self._has_terminal and not has_terminal():
            os.kill(os.getpid(), signal.SIGTERM)
        elif self._loop is not None:
            self._loop.call_soon_threadsafe(self._told.set)
        else:
            self._told.set()

    async def heard(self) -> None:
        """Returns at the next one, or at once where one came since the last call."""
        self._loop = asyncio.get_running_loop()
        await self._told.wait()
        self._told.clear()


def has_terminal() -> bool:
    """Whether this process has one that would end it."""
    try:
        os.close(os.open(TERMINAL, os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


@contextmanager
def held_back() -> Iterator[None]:
    """A process that is started meanwhile gets no SIGHUP before it listens for that."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
