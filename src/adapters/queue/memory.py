"""A queue inside one process: nothing survives it, and nothing has to, for the ledger does."""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Mapping

from domain.model.priority import Ageing, Priority, TierClocks
from domain.model.wakeup import Verdict, Wakeup
from ports.clock import Elapsed
from ports.lifecycle import Lifecycle
from ports.wakeup_queue import WakeupQueue
from ports.wakeup_source import Handle, WakeupSource

log = logging.getLogger(__name__)


class MemoryQueue(WakeupQueue, WakeupSource, Lifecycle):
    """Both ends in one object, on one event loop. Never polls: a publish or a freed slot wakes
    the consumer. `parked` holds what was set aside. Consumers share the clocks of the tiers."""

    def __init__(
        self, ageing: Ageing, elapsed: Elapsed, grace_s: float, requeue_after_s: float = 5.0
    ) -> None:
        self.parked: list[Wakeup] = []
        self._elapsed = elapsed
        self._grace_s = grace_s
        self._requeue_after_s = requeue_after_s
        self._clocks = TierClocks(ageing)
        self._waiting: dict[Priority, deque[Wakeup]] = {tier: deque() for tier in Priority}
        self._resting: Counter[Priority] = Counter()
        self._arrived = asyncio.Event()

    async def publish(self, wakeup: Wakeup) -> None:
        self._offer(wakeup)

    async def depth(self) -> Mapping[Priority, int]:
        """Those that rest before they are offered again are waiting too."""
        return {tier: len(self._waiting[tier]) + self._resting[tier] for tier in Priority}

    async def run(self, handle: Handle, slots: int) -> None:
        in_hand: dict[asyncio.Task[Verdict], Wakeup] = {}
        room = asyncio.Semaphore(slots)

        def done(task: asyncio.Task[Verdict]) -> None:
            self._settle(in_hand.pop(task), task)
            room.release()

        try:
            while True:
                # The slot comes first: the message is chosen when it can start, not before.
                await room.acquire()
                wakeup = await self._next()
                task = asyncio.create_task(_call(handle, wakeup))
                in_hand[task] = wakeup
                task.add_done_callback(done)
        finally:
            await self._drain(in_hand)

    async def _next(self) -> Wakeup:
        while (wakeup := self._pull()) is None:
            self._arrived.clear()
            await self._arrived.wait()
        return wakeup

    def _pull(self) -> Wakeup | None:
        now_s = self._elapsed()
        for tier in Priority:
            self._note_empty(tier, now_s)
        for tier in self._clocks.order(now_s):
            if self._waiting[tier]:
                self._clocks.restart(tier, now_s)
                return self._waiting[tier].popleft()
        return None

    def _settle(self, wakeup: Wakeup, task: asyncio.Task[Verdict]) -> None:
        if task.cancelled():
            self._give_back(wakeup)
        elif error := task.exception():
            log.error("wake-up of task %s is offered again", wakeup.task_id, exc_info=error)
            self._rest(wakeup)
        elif task.result() is Verdict.REQUEUE:
            self._rest(wakeup)
        elif task.result() is Verdict.PARK:
            self.parked.append(wakeup)

    def _offer(self, wakeup: Wakeup) -> None:
        self._note_empty(wakeup.priority, self._elapsed())
        self._waiting[wakeup.priority].append(wakeup)
        self._arrived.set()

    def _give_back(self, wakeup: Wakeup) -> None:
        """It was the first of its tier and is so again."""
        self._note_empty(wakeup.priority, self._elapsed())
        self._waiting[wakeup.priority].appendleft(wakeup)
        self._arrived.set()

    def _note_empty(self, tier: Priority, now_s: float) -> None:
        """A tier ages from its first waiting message on, not from the last look into it: all
        slots may have been busy since, and then a fresh low one would pass an older high one."""
        if not self._waiting[tier]:
            self._clocks.restart(tier, now_s)

    def _rest(self, wakeup: Wakeup) -> None:
        self._resting[wakeup.priority] += 1
        asyncio.get_running_loop().call_later(self._requeue_after_s, self._rested, wakeup)

    def _rested(self, wakeup: Wakeup) -> None:
        self._resting[wakeup.priority] -= 1
        self._offer(wakeup)

    async def _drain(self, in_hand: Mapping[asyncio.Task[Verdict], Wakeup]) -> None:
        """Wait for what is in hand, `grace_s` at most; a second cancel cuts the grace short."""
        try:
            if in_hand:
                await asyncio.wait(in_hand, timeout=self._grace_s)
        finally:
            # The last first: each is given back to the front, so they stand as they stood.
            for task in reversed(list(in_hand)):
                task.cancel()
            if in_hand:
                await asyncio.wait(in_hand)


async def _call(handle: Handle, wakeup: Wakeup) -> Verdict:
    return await handle(wakeup)
