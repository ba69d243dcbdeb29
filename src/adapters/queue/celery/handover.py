"""Where Celery's thread and the event loop meet."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from functools import partial
from typing import Generic, TypeVar

from domain.model.wakeup import Wakeup

T = TypeVar("T")


class Handover(Generic[T]):
    """Another thread asks, the loop handles. The answer is cancelled only after the handler has
    ended: its message may then be offered to others."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, handle: Callable[[Wakeup], Awaitable[T]]
    ) -> None:
        self._loop, self._handle = loop, handle
        self._open: set[Future[T]] = set()
        self._tasks: set[asyncio.Task[T]] = set()
        self._closed = False

    @property
    def idle(self) -> bool:
        return not self._open

    def ask(self, wakeup: Wakeup, then: Callable[[Future[T]], None] | None = None) -> Future[T]:
        """From any thread. `then` is called with the answer, on the loop's."""
        answer: Future[T] = Future()
        if then is not None:
            answer.add_done_callback(then)
        self._open.add(answer)
        self._loop.call_soon_threadsafe(self._begin, wakeup, answer)
        return answer

    async def drain(self, grace_s: float) -> None:
        """On the loop: begin nothing more, wait `grace_s` for what has begun, then cancel it. A
        cancel of this call cuts the grace short."""
        self._closed = True
        try:
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=grace_s)
        finally:
            for task in self._tasks:
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks)

    def _begin(self, wakeup: Wakeup, answer: Future[T]) -> None:
        task = self._loop.create_task(self._call(wakeup))
        self._tasks.add(task)
        task.add_done_callback(partial(self._end, answer))
        if self._closed:
            task.cancel()

    async def _call(self, wakeup: Wakeup) -> T:
        return await self._handle(wakeup)

    def _end(self, answer: Future[T], task: asyncio.Task[T]) -> None:
        self._tasks.discard(task)
        self._open.discard(answer)
        if task.cancelled():
            answer.cancel()
        elif (error := task.exception()) is not None:
            answer.set_exception(error)
        else:
            answer.set_result(task.result())
