"""One thread's own way to the broker: send with confirms, count what waits."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

from celery import Celery  # type: ignore[import-untyped]

from adapters.queue.celery.app import SEND_TIMEOUT_S
from adapters.queue.celery.broker import CeleryBroker
from adapters.queue.celery.message import Outgoing
from domain.model.priority import Priority


class NotTaken(Exception):
    """The broker said no, or nothing."""


class Lane(ABC):
    """Connects when it is used, and again when it has lost its connection. Every call ends within
    a few seconds, whatever the broker does. Raises what the client library raises, or `NotTaken`.
    """

    def __init__(self, app: Celery, broker: CeleryBroker) -> None:
        self._app, self._broker = app, broker
        self._connection: Any = None
        self._channel: Any = None

    def send(self, messages: Sequence[Outgoing]) -> None:
        """Return when the broker has them all. A connection that has died since the last call is
        noticed only by using it, so then there is a second try."""
        reused = self._channel is not None
        try:
            self._attempt(messages)
        except NotTaken:
            raise
        except Exception as error:
            self.close()
            if not reused or isinstance(error, TimeoutError):
                raise
            self._attempt(messages)

    def depths(self) -> Mapping[Priority, int]:
        """What waits in each tier."""
        channel = self.opened()
        try:
            return {tier: self._waiting(channel, self._broker.queue_of(tier)) for tier in Priority}
        except Exception:
            self.close()
            raise

    def opened(self) -> Any:
        """The channel. What is sent to is declared first: a message to a queue that is missing
        would be confirmed, and gone."""
        if self._channel is None:
            self._connection = self._app.connection_for_write(
                transport_options=self._connection_options()
            )
            # Each host of a failover list once.
            self._connection.ensure_connection(
                max_retries=max(len(self._connection.alt) - 1, 0), interval_start=0, interval_step=0
            )
            channel = self._connection.channel()
            for queue in self._broker.declarations():
                queue(channel).declare()  # type: ignore[no-untyped-call]
            self._prepare(channel)
            self._channel = channel
        return self._channel

    def close(self) -> None:
        """Without a farewell: who does not answer would hold it up."""
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            # It is thrown away, whatever it says to that.
            with suppress(Exception):
                connection.collect(socket_timeout=SEND_TIMEOUT_S)

    def _connection_options(self) -> Mapping[str, Any]:
        return {}

    def _prepare(self, channel: Any) -> None:
        return

    @abstractmethod
    def _attempt(self, messages: Sequence[Outgoing]) -> None: ...

    @abstractmethod
    def _waiting(self, channel: Any, queue: str) -> int: ...

    def _publish(self, channel: Any, message: Outgoing, **options: Any) -> None:
        prepared = channel.prepare_message(
            message.body, 0, message.content_type, message.content_encoding,
            dict(message.headers), dict(message.properties),
        )  # fmt: skip
        channel.basic_publish(prepared, exchange="", routing_key=message.queue, **options)


class RedisLane(Lane):
    """Redis answers each push: that is the confirm."""

    def _attempt(self, messages: Sequence[Outgoing]) -> None:
        channel = self.opened()
        for message in messages:
            self._publish(channel, message)

    def _waiting(self, channel: Any, queue: str) -> int:
        count: int = channel.client.llen(queue)
        return count


class AmqpLane(Lane):
    """Publisher confirms, waited for once for all messages of a call: each costs RabbitMQ a disk
    write, and it does many in one."""

    def __init__(self, app: Celery, broker: CeleryBroker) -> None:
        super().__init__(app, broker)
        self._unconfirmed: set[int] = set()
        self._last_tag = 0
        self._blocked: str | None = None
        self._refused: str | None = None

    def _connection_options(self) -> Mapping[str, Any]:
        return {"on_blocked": self._on_blocked, "on_unblocked": self._on_unblocked}

    def _prepare(self, channel: Any) -> None:
        channel.confirm_select()
        channel.events["basic_ack"].add(self._on_ack)
        channel.events["basic_nack"].add(self._on_nack)
        channel.events["basic_return"].add(self._on_return)
        self._last_tag, self._blocked = 0, None

    def _attempt(self, messages: Sequence[Outgoing]) -> None:
        channel = self.opened()
        self._wait_until_unblocked()
        # Older ones were given up; their confirms may still come in.
        self._unconfirmed, self._refused = set(), None
        for message in messages:
            self._publish(channel, message, mandatory=True, timeout=SEND_TIMEOUT_S)
            self._last_tag += 1
            self._unconfirmed.add(self._last_tag)
        self._wait_for_confirms()

    def _waiting(self, channel: Any, queue: str) -> int:
        count: int = channel.queue_declare(queue, passive=True).message_count
        return count

    def _wait_until_unblocked(self) -> None:
        """An alarm is over when the broker says so: no message has to be risked to find out."""
        try:
            while self._blocked:
                self._connection.drain_events(timeout=0)
        except TimeoutError as error:
            raise NotTaken(self._blocked) from error

    def _wait_for_confirms(self) -> None:
        deadline_s = monotonic() + SEND_TIMEOUT_S
        while self._unconfirmed:
            self._connection.drain_events(timeout=max(deadline_s - monotonic(), 0.001))
            if self._blocked:
                raise NotTaken(self._blocked)
        if self._refused:
            # The next call declares again what is missing.
            self.close()
            raise NotTaken(self._refused)

    def _on_ack(self, tag: int, multiple: bool) -> None:
        if multiple:
            self._unconfirmed = {waiting for waiting in self._unconfirmed if waiting > tag}
        else:
            self._unconfirmed.discard(tag)

    def _on_nack(self, tag: int, multiple: bool) -> None:
        self._refused = "the broker could not store the message"
        self._on_ack(tag, multiple)

    def _on_return(self, error: Exception, exchange: str, queue: str, message: Any) -> None:
        """Comes before the confirm of the same message."""
        self._refused = f"there is no queue {queue}: {error}"

    def _on_blocked(self, reason: str) -> None:
        self._blocked = reason

    def _on_unblocked(self) -> None:
        self._blocked = None


def lane_to(app: Celery, broker: CeleryBroker) -> Lane:
    return RedisLane(app, broker) if broker.is_redis else AmqpLane(app, broker)
