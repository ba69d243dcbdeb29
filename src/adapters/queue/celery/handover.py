"""Where Celery's threads and the event loop meet."""

import asyncio
from concurrent.futures import Future
from functools import partial

from domain.model.wakeup import Verdict, Wakeup
from ports.wakeup_source import Handle


class Handover:
    """A pool thread asks, the loop handles, the thread waits. The answer is cancelled only after
    the handler has ended: its message may then be offered to others."""

    def __init__(self, loop: asyncio.AbstractEventLoop, handle: Handle) -> None:
        self._loop, self._handle = loop, handle
        self._open: set[Future[Verdict]] = set()
        self._tasks: set[asyncio.Task[Verdict]] = set()
        self._closed = False

    @property
    def idle(self) -> bool:
        return not self._open

    def ask(self, wakeup: Wakeup) -> Future[Verdict]:
        """From any thread."""
        answer: Future[Verdict] = Future()
        self._open.add(answer)
        self._loop.call_soon_threadsafe(self._begin, wakeup, answer)
        return answer

    def cancel(self) -> None:
        """On the loop: cancel all handlers, those that are still to begin included."""
        self._closed = True
        for task in self._tasks:
            task.cancel()

    def _begin(self, wakeup: Wakeup, answer: Future[Verdict]) -> None:
        task = self._loop.create_task(self._call(wakeup))
        self._tasks.add(task)
        task.add_done_callback(partial(self._end, answer))
        if self._closed:
            task.cancel()

    async def _call(self, wakeup: Wakeup) -> Verdict:
        return await self._handle(wakeup)

    def _end(self, answer: Future[Verdict], task: asyncio.Task[Verdict]) -> None:
        self._tasks.discard(task)
        self._open.discard(answer)
        if task.cancelled():
            answer.cancel()
        elif (error := task.exception()) is not None:
            answer.set_exception(error)
        else:
            answer.set_result(task.result())
