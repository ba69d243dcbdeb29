"""Whether this worker really takes work, and telling others that it lives."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from domain.model.wakeup import Verdict, Wakeup
from ports.clock import Elapsed
from ports.wakeup_queue import WakeupQueue
from ports.wakeup_source import Handle

IDLE_S = 60.0


@dataclass(slots=True)
class InHand:
    """A `Handle` around another: counts what is in hand and notes when something last came.
    `on_take` hears of each message before anything is done about it."""

    handle: Handle
    elapsed: Elapsed
    slots: int
    last_s: float = 0.0
    on_take: Callable[[], None] = lambda: None
    _running: set[asyncio.Task[object]] = field(default_factory=set)

    @property
    def count(self) -> int:
        return len(self._running)

    async def __call__(self, wakeup: Wakeup) -> Verdict:
        task = cast("asyncio.Task[object]", asyncio.current_task())
        self._running.add(task)
        self.last_s = self.elapsed()
        self.on_take()
        try:
            return await self.handle(wakeup)
        finally:
            self._running.discard(task)
            self.last_s = self.elapsed()

    async def let_go(self, after_s: float) -> None:
        """Returns when all that is in hand now is settled. What takes longer than `after_s` is
        cancelled, and so goes back as it came."""
        running = self._running - {asyncio.current_task()}
        for each in (await asyncio.wait(running, timeout=after_s))[1] if running else ():
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)


class IdleWatch:
    """Ends a worker that has free slots and takes nothing although its queue is not empty: a
    connection can die without a word, and such a worker looks alive for ever."""

    def __init__(self, queue: WakeupQueue, in_hand: InHand, on_idle: Callable[[str], None]) -> None:
        self._queue, self._in_hand, self._on_idle = queue, in_hand, on_idle
        self._since_s: float | None = None

    async def __call__(self) -> None:
        """One look; called every few seconds."""
        now_s = self._in_hand.elapsed()
        waiting = sum((await self._queue.depth()).values())
        free = self._in_hand.count < self._in_hand.slots
        if not (waiting and free):
            self._since_s = None
            return
        self._since_s = self._since_s if self._since_s is not None else now_s
        idle_s = now_s - max(self._since_s, self._in_hand.last_s)
        if idle_s >= IDLE_S:
            self._on_idle(f"{waiting} tasks wait, and for {idle_s:.0f} s none was taken\n")
