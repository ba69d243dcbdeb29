"""A hub, a broker and messages that a test moves by hand."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from adapters.queue.celery.app import producer_app
from adapters.queue.celery.broker import CeleryBroker
from adapters.queue.celery.hands import Hand, Hands
from adapters.queue.celery.message import Outgoing, outgoing
from adapters.queue.celery.tiers import Tiers
from domain.model.priority import Priority
from domain.model.wakeup import Wakeup
from tests.contract.task_factory import wakeup

BROKER = CeleryBroker(url="amqp://nobody@127.0.0.1:1//")
APP = producer_app(BROKER)
REST_S = 5.0


@dataclass(eq=False)
class Timer:
    delay_s: float
    call: Callable[[], Any]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


class SteppedHub:
    """Timers fire when a test says so."""

    def __init__(self) -> None:
        self.timers: list[Timer] = []
        self.repeated: list[Timer] = []
        self.soon: list[Callable[[], Any]] = []

    def call_later(self, delay_s: float, call: Callable[..., Any], *args: Any) -> Timer:
        self.timers.append(Timer(delay_s, lambda: call(*args)))
        return self.timers[-1]

    def call_repeatedly(self, period_s: float, call: Callable[[], Any]) -> Timer:
        self.repeated.append(Timer(period_s, call))
        return self.repeated[-1]

    def call_soon(self, call: Callable[[], Any]) -> None:
        self.soon.append(call)

    def alive(self) -> list[Timer]:
        return [timer for timer in self.timers if not timer.cancelled]

    def fire(self) -> None:
        """All that are set now."""
        due, self.timers = self.alive(), []
        for timer in due:
            timer.call()


@dataclass(eq=False)
class Letter:
    """A message as kombu knows messages; `told`: what the broker heard of it."""

    body: str | bytes
    headers: dict[str, Any]
    content_type: str | None = "application/json"
    content_encoding: str | None = "utf-8"
    delivery_tag: int = 1
    channel: Any = None
    told: list[str] = field(default_factory=list)
    broken: Exception | None = None

    def ack(self) -> None:
        self._tell("ack")

    def requeue(self) -> None:
        self._tell("requeue")

    def _tell(self, what: str) -> None:
        if self.broken is not None:
            raise self.broken
        self.told.append(what)


def letter(of: Wakeup | None = None) -> Letter:
    sent = outgoing(APP, of or wakeup(), "gpu-normal")
    return Letter(sent.body, dict(sent.headers))


class ShelfTiers(Tiers):
    """Queues in memory; `gone`: what the connection raises from now on."""

    def __init__(self) -> None:
        super().__init__(channel=object())
        self.queues: dict[str, deque[Letter]] = {
            BROKER.queue_of(tier): deque() for tier in Priority
        }
        self.gone: Exception | None = None
        self.life: list[str] = []

    def put(self, tier: Priority, message: Letter | None = None) -> Wakeup:
        sent = wakeup(tier)
        self.queues[BROKER.queue_of(tier)].append(message or letter(sent))
        return sent

    def get(self, queue: str) -> Any:
        if self.gone is not None:
            raise self.gone
        return self.queues[queue].popleft() if self.queues[queue] else None

    def waiting(self, queue: str) -> int:
        return len(self.queues[queue])

    def open(self, hub: Any) -> None:
        self.life.append("open")

    def close(self) -> None:
        self.life.append("close")


class Shelf:
    """What was parked."""

    def __init__(self) -> None:
        self.parked: list[Outgoing] = []
        self.reasons: list[str] = []
        self.broken: Exception | None = None

    def park(self, message: Outgoing) -> None:
        if self.broken is not None:
            raise self.broken
        self.parked.append(message)

    def hands(self, slots: int = 1) -> Hands:
        return Hands(slots, REST_S, self.park, BROKER.parked, self.reasons.append)


def taken(hands: Hands, message: Letter | None = None) -> Hand:
    return hands.take(message or letter(), wakeup())
