"""A queue held by both ends, and a handler that a test steers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from domain.model.priority import Ageing, Priority
from domain.model.wakeup import Verdict, Wakeup
from ports.wakeup_queue import WakeupQueue
from ports.wakeup_source import WakeupSource
from tests.contract.task_factory import SteppedClock, wakeup

HIGH, NORMAL, LOW = Priority
AGEING = Ageing(normal_s=30.0, low_s=120.0)
NO_GRACE_S, LONG_GRACE_S = 0.01, 30.0
PATIENCE_S = 20.0
"""After this a clause gives up. None waits for it when the queue does what it should."""


@dataclass(frozen=True)
class Link:
    """Both ends of one empty queue; `elapsed` is what its ageing is measured by, `parked` reads
    what was set aside."""

    queue: WakeupQueue
    source: WakeupSource
    elapsed: SteppedClock
    parked: Callable[[], Sequence[Wakeup]]


class Hand:
    """A handler that a test watches and steers. It holds each message until it is let go."""

    def __init__(self) -> None:
        self.received: list[Wakeup] = []
        self.ended: list[Wakeup] = []
        self.most_at_once = 0
        self.answers: list[Verdict | Exception] = []
        self._in_hand = 0
        self._changed = asyncio.Condition()
        self._leave = asyncio.Semaphore(0)

    async def __call__(self, wakeup: Wakeup) -> Verdict:
        self._in_hand += 1
        self.most_at_once = max(self.most_at_once, self._in_hand)
        await self._note(self.received, wakeup)
        try:
            await self._leave.acquire()
        finally:
            self._in_hand -= 1
        await self._note(self.ended, wakeup)
        answer = self.answers.pop(0) if self.answers else Verdict.ACK
        if isinstance(answer, Exception):
            raise answer
        return answer

    def let_go(self, count: int = 1) -> None:
        for _ in range(count):
            self._leave.release()

    async def holds(self, count: int) -> list[Wakeup]:
        """What was received, in order, once there were `count` in all."""
        return await self._until(self.received, count)

    async def has_ended(self, count: int) -> list[Wakeup]:
        return await self._until(self.ended, count)

    async def _note(self, into: list[Wakeup], wakeup: Wakeup) -> None:
        async with self._changed:
            into.append(wakeup)
            self._changed.notify_all()

    async def _until(self, seen: list[Wakeup], count: int) -> list[Wakeup]:
        async with asyncio.timeout(PATIENCE_S), self._changed:
            await self._changed.wait_for(lambda: len(seen) >= count)
        return seen


@asynccontextmanager
async def consuming(link: Link, hand: Hand, slots: int = 1) -> AsyncIterator[asyncio.Task[None]]:
    consumer = asyncio.create_task(link.source.run(hand, slots))
    try:
        yield consumer
    finally:
        await stop(consumer)


async def stop(consumer: asyncio.Task[None]) -> None:
    consumer.cancel()
    with suppress(asyncio.CancelledError):
        async with asyncio.timeout(PATIENCE_S):
            await consumer


async def publish(link: Link, *tiers: Priority) -> list[Wakeup]:
    messages = [wakeup(tier) for tier in tiers]
    for message in messages:
        await link.queue.publish(message)
    return messages


def set_of(messages: Sequence[Wakeup]) -> set[str]:
    return {message.task_id for message in messages}


async def turns(count: int = 20) -> None:
    """Let the event loop go round, so that what can happen at once has happened."""
    for _ in range(count):
        await asyncio.sleep(0)
