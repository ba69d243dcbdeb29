"""The messages in a worker's hands, and what becomes of each. Everything here happens on the
thread of Celery's hub, the only one that may touch the connection."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from adapters.queue.celery.message import Outgoing, parked
from domain.model.wakeup import Wakeup

log = logging.getLogger(__name__)

Park = Callable[[Outgoing], None]
"""Put it into its queue, confirmed, in bounded time. Raises what it likes."""


class Fate(Enum):
    ACK = auto()
    GIVE_BACK = auto()
    """Offered again at once."""
    REST = auto()
    """Offered again after its rest."""
    PARK = auto()


@dataclass(slots=True, eq=False)
class Hand:
    """A message that takes a slot. `answer`: the event loop's; `request` is what Celery calls it,
    which can send its events."""

    message: Any
    wakeup: Wakeup
    fate: Fate = Fate.GIVE_BACK
    answer: Any = None
    request: Any = None


class Hands:
    """At most `slots` at work. Those that rest are held un-acked, without a slot, for `rest_s`:
    one that dies meanwhile gives them back by dying."""

    def __init__(
        self,
        slots: int,
        rest_s: float,
        park: Park,
        parked_queue: str,
        on_parked: Callable[[str], None] = lambda reason: None,
    ) -> None:
        self._slots, self._rest_s = slots, rest_s
        self._park, self._parked_queue, self._on_parked = park, parked_queue, on_parked
        self._busy: set[Hand] = set()
        self._resting: dict[Any, Any] = {}
        self._hub: Any = None

    @property
    def has_room(self) -> bool:
        return len(self._busy) < self._slots

    @property
    def empty(self) -> bool:
        return not self._busy and not self._resting

    def attach(self, hub: Any) -> None:
        """On each new connection: what rested on the last one has been offered again by its end."""
        self._hub = hub
        for timer in self._resting.values():
            timer.cancel()
        self._resting.clear()

    def take(self, message: Any, wakeup: Wakeup) -> Hand:
        hand = Hand(message, wakeup)
        self._busy.add(hand)
        return hand

    def held_from(self, channel: Any) -> list[Any]:
        """Delivery tags of what came through `channel`. From any thread."""
        messages = [*(hand.message for hand in list(self._busy)), *list(self._resting)]
        return [message.delivery_tag for message in messages if message.channel is channel]

    def settle(self, hand: Hand) -> None:
        self._busy.discard(hand)
        match hand.fate:
            case Fate.ACK:
                self._tell_broker(hand.message.ack)
            case Fate.GIVE_BACK:
                self._tell_broker(hand.message.requeue)
            case Fate.REST:
                self._rest(hand.message)
            case Fate.PARK:
                self.park(hand.message, "its handler could not read it")

    def park(self, message: Any, reason: str) -> None:
        """Set it aside; where that fails it is tried again after a rest. Never dropped."""
        try:
            self._park(parked(message, self._parked_queue, reason))
        except Exception:
            log.exception("a message could not be parked; it is offered again")
            self._rest(message)
        else:
            self._on_parked(reason)
            self._tell_broker(message.ack)

    def give_back_resting(self) -> None:
        for message in list(self._resting):
            self._resting.pop(message).cancel()
            self._tell_broker(message.requeue)

    def _rest(self, message: Any) -> None:
        self._resting[message] = self._hub.call_later(self._rest_s, self._rested, message)

    def _rested(self, message: Any) -> None:
        if self._resting.pop(message, None) is not None:
            self._tell_broker(message.requeue)

    def _tell_broker(self, tell: Callable[[], None]) -> None:
        """The connection may be gone: then the message is offered again, and the ledger decides.
        A new one is made as soon as the hub itself notices."""
        try:
            tell()
        except Exception as error:
            log.warning("the broker was not told; it offers the message again: %r", error)
