"""Dramatiq over RabbitMQ."""

from collections.abc import Mapping
from typing import cast
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import dramatiq
import pika  # type: ignore[import-untyped,unused-ignore]
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.middleware import Retries

from adapters.queue.dramatiq.led_broker import LedBroker
from adapters.queue.dramatiq.names import TierQueues
from adapters.queue.dramatiq.rabbitmq_tap import RabbitmqTap
from adapters.queue.dramatiq.tap import TierTap
from adapters.queue.dramatiq.transport import Transport
from domain.model.priority import Priority

BOUNDS = {"socket_timeout": "1", "stack_timeout": "2", "blocked_connection_timeout": "2"}
"""Seconds. A publisher's thread is free again soon after its caller gave up."""
HEARTBEAT = {"heartbeat": "30"}
"""Seconds. A device call may hold the interpreter for long, and with it the lead."""


class LedRabbitmqBroker(LedBroker, RabbitmqBroker):
    pass


class RabbitmqTransport(Transport):
    """`url`: amqp(s)://user:password@host:port/vhost; pika's options may follow as its query."""

    def __init__(self, url: str, queues: TierQueues) -> None:
        self._url, self._queues = with_options(url, BOUNDS | HEARTBEAT), queues

    def publisher(self) -> RabbitmqBroker:
        return RabbitmqBroker(url=self._url, confirm_delivery=True, middleware=[])

    def count(self, publisher: dramatiq.Broker) -> Mapping[Priority, int]:
        broker = cast(RabbitmqBroker, publisher)
        return {tier: self._count(broker, self._queues.of(tier)) for tier in Priority}

    def _count(self, broker: RabbitmqBroker, queue: str) -> int:
        try:
            return int(broker.channel.queue_declare(queue, passive=True).method.message_count)
        except pika.exceptions.ChannelClosedByBroker:
            del broker.connection
            return 0
        except pika.exceptions.AMQPError:
            # Closed while it lay idle: without a thread that serves it, no heartbeat was sent.
            del broker.connection
            return int(broker.channel.queue_declare(queue, passive=True).method.message_count)

    def leave(self, publisher: dramatiq.Broker) -> None:
        del cast(RabbitmqBroker, publisher).connection

    def consumer(self) -> tuple[LedBroker, TierTap]:
        broker = LedRabbitmqBroker(url=self._url, middleware=[Retries(max_retries=0)])
        return broker, RabbitmqTap(broker, self._queues)

    def refused(self, error: BaseException | None) -> bool:
        return isinstance(
            error,
            (
                pika.exceptions.ProbableAuthenticationError,
                pika.exceptions.ProbableAccessDeniedError,
            ),
        )

    def missing_parts(self) -> list[str]:
        broker = RabbitmqBroker(middleware=[])
        parts = ("parameters", "queues_pending", "connections")
        return [f"RabbitmqBroker.{part}" for part in parts if not hasattr(broker, part)]


def with_options(url: str, defaults: Mapping[str, str]) -> str:
    """`url` with pika's options, those given in it before ours; `//` at its end is the vhost `/`,
    as in Celery's addresses."""
    parts = urlsplit(url)
    path = "/%2F" if parts.path == "//" else parts.path
    query = {**defaults, **dict(parse_qsl(parts.query))}
    return urlunsplit(parts._replace(path=path, query=urlencode(query)))
