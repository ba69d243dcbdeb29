"""The worker's hold on RabbitMQ: one connection, one `basic_get` a message."""

from contextlib import closing, suppress
from typing import Any

import pika  # type: ignore[import-untyped,unused-ignore]
from dramatiq.brokers.rabbitmq import RabbitmqBroker

from adapters.queue.dramatiq.names import TierQueues
from adapters.queue.dramatiq.tap import NotParked, Pulled, TierTap, lost_on
from domain.model.priority import Priority
from domain.model.wakeup import Verdict

# pika asserts where a connection broke in the middle of a call.
LOST = (pika.exceptions.AMQPError, OSError, AssertionError)


class RabbitmqTap(TierTap):
    """No prefetch is set and nothing is subscribed to, so nothing is sent unasked. A receipt is
    the channel and the tag on it: on another channel the tag means another message."""

    def __init__(self, broker: RabbitmqBroker, queues: TierQueues) -> None:
        self._broker, self._queues = broker, queues
        self._connection: Any = None
        self._channel: Any = None

    def open(self) -> None:
        self.close()
        with lost_on(*LOST):
            self._declare()
            self._connection = pika.BlockingConnection(self._broker.parameters)
            self._channel = self._connection.channel()

    def get(self, tier: Priority) -> Pulled | None:
        with lost_on(*LOST):
            method, _, body = self._channel.basic_get(self._queues.of(tier))
        return method and Pulled(tier, body, (self._channel, method.delivery_tag))

    def waiting(self, tier: Priority) -> int:
        with lost_on(*LOST):
            answer = self._channel.queue_declare(self._queues.of(tier), passive=True)
        return int(answer.method.message_count)

    def settle(self, pulled: Pulled, verdict: Verdict) -> None:
        channel, tag = pulled.receipt
        if channel is not self._channel:
            return
        with lost_on(*LOST):
            if verdict is Verdict.REQUEUE:
                channel.basic_nack(tag, requeue=True)
                return
            if verdict is Verdict.PARK:
                self._park(pulled)
            channel.basic_ack(tag)

    def rest(self, seconds: float) -> None:
        with lost_on(*LOST):
            self._connection.process_data_events(seconds)

    def wake(self) -> None:
        connection = self._connection
        if connection is not None:
            with suppress(*LOST):
                connection.add_callback_threadsafe(lambda: None)

    def close(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None and connection.is_open:
            with suppress(*LOST):
                connection.close()

    def _declare(self) -> None:
        """Again after each lost connection: the broker may have come back without them."""
        try:
            for tier in Priority:
                self._broker.queues_pending.add(self._queues.of(tier))
                self._broker.declare_queue(self._queues.of(tier), ensure=True)
            self._broker.channel.queue_declare(self._queues.parked, durable=True)
        finally:
            del self._broker.connection

    def _park(self, pulled: Pulled) -> None:
        """Over a connection of its own: RabbitMQ stops reading one that publishes when it is short
        of memory, and the acks and heartbeats of the lead's would then be stuck too."""
        where_from = {"x-parked-from": self._queues.of(pulled.tier)}
        properties = pika.BasicProperties(delivery_mode=2, headers=where_from)
        try:
            with closing(pika.BlockingConnection(self._broker.parameters)) as connection:
                channel = connection.channel()
                channel.confirm_delivery()
                channel.basic_publish(
                    "", self._queues.parked, pulled.body, properties, mandatory=True
                )
        except LOST as error:
            raise NotParked(str(error)) from error
