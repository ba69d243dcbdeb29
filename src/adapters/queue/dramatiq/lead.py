"""The one consumer of all tiers: takes a message only when a worker thread is free for it.

Dramatiq's own consumers prefetch a queue each, so a high task may wait in a busy worker's memory
while another worker is idle, and each polls for itself, so no tier can age.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from itertools import chain, repeat
from threading import Lock
from typing import cast

import dramatiq
from dramatiq.errors import BrokerConnectionError

from adapters.queue.dramatiq.envelope import unpack
from adapters.queue.dramatiq.gate import SlotGate
from adapters.queue.dramatiq.handed import Handed
from adapters.queue.dramatiq.handling import Outcome
from adapters.queue.dramatiq.names import TierQueues
from adapters.queue.dramatiq.tap import NotParked, Pulled, TierTap
from adapters.queue.dramatiq.turns import TierTurns
from domain.model.codec import UnreadableMessage
from domain.model.wakeup import Verdict, Wakeup

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
IDLE_NAPS_S = (0.005, 0.01, 0.02, 0.05)
"""Between two looks into empty queues; the last one repeats."""


class Lead(dramatiq.Consumer):
    """Runs on one consumer thread; `ack`, `nack` and `requeue` come from others and only leave a
    note. What was noted outlives a lost connection."""

    def __init__(
        self,
        tap: TierTap,
        gate: SlotGate,
        turns: TierTurns,
        queues: TierQueues,
        start: Callable[[Wakeup], Future[Outcome]],
        requeue_after_s: float,
        on_parked: Callable[[str], None] = lambda reason: None,
    ) -> None:
        self._tap, self._gate, self._turns, self._queues = tap, gate, turns, queues
        self._start, self._requeue_after_s = start, requeue_after_s
        self._on_parked = on_parked
        self._settled: deque[Handed] = deque()
        self._resting: deque[tuple[float, Pulled]] = deque()
        self._naps_s = iter(IDLE_NAPS_S)
        self._look_at_s = 0.0
        self._turn = Lock()

    def open(self) -> None:
        with self._turn:
            self._tap.open()

    def __next__(self) -> Handed | None:
        with self._turn:
            self._settle()
            self._offer_rested(time.monotonic())
            self._look(time.monotonic())
            handed = self._take()
            if handed is None:
                self._tap.rest(self._nap_s(time.monotonic()))
            return handed

    def ack(self, message: dramatiq.MessageProxy) -> None:
        self._settled.append(cast(Handed, message))
        self._gate.release()
        self._tap.wake()

    nack = ack

    def requeue(self, messages: Iterable[dramatiq.MessageProxy]) -> None:
        for message in messages:
            self.ack(message)

    def close(self) -> None:
        """After a failure, and at the end: then the worker threads have left their last notes.
        Nothing is closed under the consumer thread's hands while a broker holds it up."""
        if not self._turn.acquire(blocking=False):
            return
        try:
            if self._gate.closed:
                with suppress(BrokerConnectionError):
                    self._settle()
                    self._offer_rested(float("inf"))
            self._tap.close()
        finally:
            self._turn.release()

    def _settle(self) -> None:
        while self._settled:
            pulled, outcome = self._settled[0].pulled, self._settled[0].outcome
            if outcome is Verdict.REQUEUE:
                self._rest(pulled)
            elif outcome is Verdict.PARK:
                self._park(pulled, "its handler could not read it")
            else:
                self._tap.settle(pulled, outcome or Verdict.REQUEUE)
            self._settled.popleft()

    def _park(self, pulled: Pulled, reason: str) -> None:
        try:
            self._tap.settle(pulled, Verdict.PARK)
        except NotParked:
            log.exception("a message of tier %s could not be parked: offered again", pulled.tier)
            self._rest(pulled)
        else:
            self._on_parked(reason)

    def _rest(self, pulled: Pulled) -> None:
        self._resting.append((time.monotonic() + self._requeue_after_s, pulled))

    def _offer_rested(self, now_s: float) -> None:
        while self._resting and self._resting[0][0] <= now_s:
            self._tap.settle(self._resting[0][1], Verdict.REQUEUE)
            self._resting.popleft()

    def _look(self, now_s: float) -> None:
        if now_s >= self._look_at_s:
            self._turns.look(self._tap)
            self._look_at_s = now_s + LOOK_EVERY_S

    def _take(self) -> Handed | None:
        while self._gate.has_room():
            pulled = self._turns.next(self._tap)
            if pulled is None:
                return None
            self._naps_s = iter(IDLE_NAPS_S)
            if handed := self._hand_over(pulled):
                return handed
        return None

    def _hand_over(self, pulled: Pulled) -> Handed | None:
        try:
            wakeup = unpack(pulled.body)
        except UnreadableMessage as error:
            self._park(pulled, str(error))
            return None
        if not self._gate.take():
            self._tap.settle(pulled, Verdict.REQUEUE)
            return None
        return Handed(wakeup.task_id, pulled, self._start(wakeup), self._queues)

    def _nap_s(self, now_s: float) -> float:
        """Without room, until something is due: a note wakes the lead at once."""
        if self._gate.has_room() or self._gate.closed:
            nap_s = next(chain(self._naps_s, repeat(IDLE_NAPS_S[-1])))
        else:
            nap_s = self._look_at_s - now_s
        due_s = self._resting[0][0] - now_s if self._resting else nap_s
        return max(0.0, min(nap_s, due_s))
