"""Pulling one message for each free slot, in the order of the tiers.

Celery has no priority across queues: with one prefetch over three consumers RabbitMQ picks a queue
in no useful order, and what a worker has prefetched no idle one can have. So nothing is
prefetched: `basic_get` in `pull_order`, only when a slot is free.
"""

import logging
from collections.abc import Callable
from typing import Any

from celery.exceptions import WorkerShutdown  # type: ignore[import-untyped]

from adapters.queue.celery.broker import CeleryBroker
from adapters.queue.celery.hands import Hand, Hands
from adapters.queue.celery.message import read
from adapters.queue.celery.tiers import Tiers
from domain.model.codec import UnreadableMessage
from domain.model.priority import Priority, TierClocks
from ports.clock import Elapsed

log = logging.getLogger(__name__)

SHORTEST_WAIT_S, LONGEST_WAIT_S = 0.005, 0.05
LOOK_EVERY_S = 1.0

Start = Callable[[Hand], None]
"""Give the message to Celery's pool."""


class Pull:
    """Lives as long as its worker, over all its connections. On the hub's thread, but for `drain`.

    While all slots are busy it looks every second which tiers are empty: a tier ages from its first
    waiting message on, not from the last pull.
    """

    def __init__(
        self, broker: CeleryBroker, hands: Hands, clocks: TierClocks, elapsed: Elapsed
    ) -> None:
        self._broker, self._hands = broker, hands
        self._clocks, self._elapsed = clocks, elapsed
        self._hub: Any = None
        self._attached: tuple[Tiers, Start] | None = None
        self._timers: list[Any] = []
        self._wait_s = SHORTEST_WAIT_S
        self._next_look: Any = None
        self._draining = False

    def attach(self, hub: Any, tiers: Tiers, start: Start) -> None:
        """Begin on a fresh connection."""
        self._hub, self._attached = hub, (tiers, start)
        self._hands.attach(hub)
        tiers.open(hub)
        self._timers = [hub.call_repeatedly(LOOK_EVERY_S, self._watch)]
        self.look()

    def detach(self) -> None:
        """Safe to call twice. What is in hand stays there."""
        attached, self._attached = self._attached, None
        if attached is not None:
            for timer in self._timers:
                timer.cancel()
            self._sleep_no_more()
            attached[0].close()

    @property
    def attached(self) -> bool:
        """From any thread: whether there is a connection."""
        return self._attached is not None

    def drain(self) -> None:
        """From any thread: take nothing more, and leave when nothing is in hand."""
        self._draining = True
        if self._hub is not None:
            self._hub.call_soon(self._look_soon)

    def settled(self, hand: Hand) -> None:
        """Raises nothing: the hub would pass over all that was to be settled after it."""
        self._hands.settle(hand)
        self._look_soon()

    def look(self) -> None:
        """Fill the free slots. Raises `WorkerShutdown` when drained, and `ConnectionError`, which
        makes Celery connect again: of anything else its hub would write a line, and then nobody
        would look any more."""
        if self._attached is None:
            return
        self._sleep_no_more()
        if self._draining:
            self._leave_when_empty()
        else:
            try:
                self._fill(*self._attached)
            except Exception as error:
                raise ConnectionError(f"pulling failed: {error!r}") from error

    def leave_if_abandoned(self, idle: bool) -> None:
        """While there is no connection: nothing in hand could be told to a broker anyway."""
        if self._draining and idle:
            raise WorkerShutdown(0)

    def _leave_when_empty(self) -> None:
        self._hands.give_back_resting()
        if self._hands.empty:
            raise WorkerShutdown(0)

    def _fill(self, tiers: Tiers, start: Start) -> None:
        while self._hands.has_room:
            message = self._next(tiers)
            if message is None:
                self._sleep()
                return
            self._wait_s = SHORTEST_WAIT_S
            self._take(message, start)

    def _next(self, tiers: Tiers) -> Any:
        for tier in self._clocks.order(self._elapsed()):
            message = tiers.get(self._broker.queue_of(tier))
            self._clocks.restart(tier, self._elapsed())
            if message is not None:
                return message
        return None

    def _take(self, message: Any, start: Start) -> None:
        try:
            wakeup = read(message)
        except UnreadableMessage as error:
            self._hands.park(message, str(error))
        else:
            start(self._hands.take(message, wakeup))

    def _watch(self) -> None:
        if self._attached is not None and not self._hands.has_room:
            for tier in Priority:
                if not self._attached[0].waiting(self._broker.queue_of(tier)):
                    self._clocks.restart(tier, self._elapsed())

    def _sleep(self) -> None:
        self._next_look = self._hub.call_later(self._wait_s, self.look)
        self._wait_s = min(2 * self._wait_s, LONGEST_WAIT_S)

    def _look_soon(self) -> None:
        if self._attached is not None:
            self._sleep_no_more()
            self._next_look = self._hub.call_later(0, self.look)

    def _sleep_no_more(self) -> None:
        if self._next_look is not None:
            self._next_look.cancel()
            self._next_look = None
