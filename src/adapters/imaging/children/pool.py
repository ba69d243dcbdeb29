"""A few children, each lent to one thread at a time."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock
from typing import TypeVar

from adapters.imaging.children.child import Child, NotStarted

T = TypeVar("T")


class Pool:
    """As many threads as children, so a thread always finds an idle child or the room for one:
    the first is up at the start, the others from when they are needed.
    Jobs wait in order; one that is cancelled while it waits is withdrawn, one that is cancelled
    later goes on to its end, unheard."""

    def __init__(self, size: int) -> None:
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="imaging-child")
        self._idle: deque[Child] = deque()
        self._all: set[Child] = set()
        self._lock, self._closed = Lock(), False

    def start(self) -> None:
        """The first job waits until the child is up. Raises `NotStarted`."""
        self._idle.append(self._new())

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        """Jobs in hand are lost. Returns when every child and thread has ended."""
        with self._lock:
            self._closed = True
            for child in self._all:
                child.kill()
        self._threads.shutdown(cancel_futures=True)
        for child in [*self._all]:
            self._end(child)

    async def lend(self, use: Callable[[Child], T]) -> T:
        """What `use` makes of a child, in a thread. Raises whatever it raises, and `NotStarted`."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._lend, use)

    def _lend(self, use: Callable[[Child], T]) -> T:
        child = self._take()
        try:
            return use(child)
        finally:
            self._take_back(child)

    def _take(self) -> Child:
        """One may have died since its last job: that is no job's fault."""
        try:
            child = self._idle.pop()
        except IndexError:
            return self._new()
        if child.fit:
            return child
        self._end(child)
        return self._new()

    def _take_back(self, child: Child) -> None:
        """The next one is on its way up at once, before a job asks for it."""
        if child.fit:
            self._idle.append(child)
            return
        self._end(child)
        with suppress(NotStarted):
            self._idle.append(self._new())

    def _new(self) -> Child:
        with self._lock:
            if self._closed:
                raise NotStarted
            child = Child()
            self._all.add(child)
            return child

    def _end(self, child: Child) -> None:
        child.end()
        with self._lock:
            self._all.discard(child)
