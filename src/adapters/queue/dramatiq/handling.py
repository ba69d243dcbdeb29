"""The event loop's side of a worker: starts handlers and ends them."""

import asyncio
import logging
from concurrent.futures import Future

from domain.model.wakeup import Verdict, Wakeup
from ports.wakeup_source import Handle

log = logging.getLogger(__name__)

Outcome = Verdict | None
"""None: nothing was decided, offer it again at once."""


class Handling:
    """Made on the loop that the handlers run on."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._loop = asyncio.get_running_loop()
        self._in_hand: set[asyncio.Task[Outcome]] = set()
        self._draining = False

    def start(self, wakeup: Wakeup) -> Future[Outcome]:
        """Any thread. Handlers start in the order of these calls."""
        return asyncio.run_coroutine_threadsafe(self._call(wakeup), self._loop)

    async def drain(self, grace_s: float) -> None:
        """Start nothing more, wait `grace_s` for what is in hand, then cancel it. A cancel of this
        call cuts the grace short."""
        self._draining = True
        try:
            if self._in_hand:
                await asyncio.wait(self._in_hand, timeout=grace_s)
        finally:
            for task in self._in_hand:
                task.cancel()
            if self._in_hand:
                await asyncio.wait(self._in_hand)

    async def _call(self, wakeup: Wakeup) -> Outcome:
        if self._draining or not (task := asyncio.current_task()):
            return None
        self._in_hand.add(task)
        try:
            return await self._handle(wakeup)
        except asyncio.CancelledError:
            return None
        except Exception:
            log.exception("wake-up of task %s is offered again", wakeup.task_id)
            return Verdict.REQUEUE
        finally:
            self._in_hand.discard(task)
