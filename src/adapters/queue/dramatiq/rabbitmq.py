"""Dramatiq over RabbitMQ."""

from collections.abc import Mapping
from contextlib import suppress
from typing import cast
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import dramatiq
import pika  # type: ignore[import-untyped,unused-ignore]
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.errors import ConnectionClosed
from dramatiq.middleware import Retries

from adapters.queue.dramatiq.led_broker import LedBroker
from adapters.queue.dramatiq.names import TierQueues
from adapters.queue.dramatiq.rabbitmq_tap import LOST, RabbitmqTap
from adapters.queue.dramatiq.tap import TierTap
from adapters.queue.dramatiq.transport import Transport
from domain.model.priority import Priority

BOUNDS = {
    "socket_timeout": "1",
    "stack_timeout": "2",
    "tcp_options": str({"TCP_USER_TIMEOUT": 10_000, "TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10}),
}
"""Seconds and, for TCP_USER_TIMEOUT, milliseconds."""
PUBLISHING = {"heartbeat": "0"}
"""Nobody serves a publisher's connection while it is idle: a heartbeat would end it each minute.
TCP notices a broker that is gone. One that is short of memory is waited for, long after the caller
gave up: Dramatiq would send the message again and again, and each copy would arrive at last."""
PULLING = {"heartbeat": "30", "blocked_connection_timeout": "2"}
"""A device call may hold the interpreter for seconds, and with it the lead."""


DENIED = (
    pika.exceptions.ProbableAuthenticationError,
    pika.exceptions.ProbableAccessDeniedError,
    pika.exceptions.ChannelClosedByBroker,
)


class LedRabbitmqBroker(LedBroker, RabbitmqBroker):
    pass


class RabbitmqTransport(Transport):
    """`url`: amqp(s)://user:password@host:port/vhost; pika's options may follow as its query.
    Raises `ValueError`."""

    def __init__(self, url: str, queues: TierQueues) -> None:
        self._url, self._queues = with_options(url, BOUNDS), queues
        for each in self._url.split(";"):
            pika.URLParameters(each)

    def publisher(self) -> RabbitmqBroker:
        url = with_options(self._url, PUBLISHING)
        return RabbitmqBroker(url=url, confirm_delivery=True, middleware=[])

    def count(self, publisher: dramatiq.Broker) -> Mapping[Priority, int]:
        broker = cast(RabbitmqBroker, publisher)
        return {tier: self._count(broker, self._queues.of(tier)) for tier in Priority}

    def _count(self, broker: RabbitmqBroker, queue: str) -> int:
        broker.declare_queue(queue, ensure=True)
        try:
            return int(broker.channel.queue_declare(queue, passive=True).method.message_count)
        except pika.exceptions.AMQPError:
            # The broker went away since the last question, or came back without the queue.
            del broker.connection
            broker.queues_pending.add(queue)
            broker.declare_queue(queue, ensure=True)
            return int(broker.channel.queue_declare(queue, passive=True).method.message_count)

    def leave(self, publisher: dramatiq.Broker) -> None:
        """Closed before Dramatiq does, which logs a traceback where it has died unnoticed."""
        broker = cast(RabbitmqBroker, publisher)
        connection = getattr(broker.state, "connection", None)
        if connection is not None and connection.is_open:
            with suppress(*LOST):
                connection.close()
        del broker.connection

    def consumer(self) -> tuple[LedBroker, TierTap]:
        url = with_options(self._url, PULLING)
        broker = LedRabbitmqBroker(url=url, middleware=[Retries(max_retries=0)])
        return broker, RabbitmqTap(broker, self._queues)

    def refused(self, error: BaseException | None) -> bool:
        # Dramatiq keeps what pika raised as the message of its own error.
        cause = error.message if isinstance(error, ConnectionClosed) else error
        return isinstance(cause, DENIED)

    def missing_parts(self) -> list[str]:
        broker = RabbitmqBroker(middleware=[])
        parts = ("parameters", "queues_pending", "connections", "state")
        return [f"RabbitmqBroker.{part}" for part in parts if not hasattr(broker, part)]


def with_options(url: str, defaults: Mapping[str, str]) -> str:
    """`url` with pika's options, those given in it before ours; `//` at its end is the vhost `/`,
    as in Celery's addresses. Several addresses, tried in turn, are parted by `;`."""
    return ";".join(_with_options(each, defaults) for each in url.split(";"))


def _with_options(url: str, defaults: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    path = "/%2F" if parts.path == "//" else parts.path
    query = {**defaults, **dict(parse_qsl(parts.query))}
    return urlunsplit(parts._replace(path=path, query=urlencode(query)))
