"""One thread's own way to the broker: send with confirms, count what waits."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

from celery import Celery  # type: ignore[import-untyped]

from adapters.queue.celery.app import SEND_TIMEOUT_S
from adapters.queue.celery.broker import CeleryBroker
from adapters.queue.celery.frames import publish_frames, publish_head
from adapters.queue.celery.message import Outgoing
from domain.model.priority import Priority

SILENCE_S = 1.0
"""After this long an alarm may have begun unheard."""
AHEAD_BYTES = 65_536


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


class RedisLane(Lane):
    """Redis answers each push: that is the confirm."""

    def _attempt(self, messages: Sequence[Outgoing]) -> None:
        channel = self.opened()
        for message in messages:
            prepared = channel.prepare_message(
                message.body, 0, message.content_type, message.content_encoding,
                dict(message.headers), dict(message.properties),
            )  # fmt: skip
            channel.basic_publish(prepared, exchange="", routing_key=message.queue)

    def _waiting(self, channel: Any, queue: str) -> int:
        count: int = channel.client.llen(queue)
        return count


class AmqpLane(Lane):
    """All messages of a call go out in one write, with publisher confirms that are waited for
    once: each costs RabbitMQ a disk write, and it does many in one."""

    def __init__(self, app: Celery, broker: CeleryBroker) -> None:
        super().__init__(app, broker)
        self._unconfirmed: set[int] = set()
        self._last_tag = 0
        self._blocked: str | None = None
        self._refused: str | None = None
        self._heard_at_s = 0.0

    def _connection_options(self) -> Mapping[str, Any]:
        return {"on_blocked": self._on_blocked, "on_unblocked": self._on_unblocked}

    def _prepare(self, channel: Any) -> None:
        channel.confirm_select()
        channel.events["basic_ack"].add(self._on_ack)
        channel.events["basic_nack"].add(self._on_nack)
        channel.events["basic_return"].add(self._on_return)
        transport = channel.connection.transport
        # Left alone it asks the socket for each part of each frame, and gives the interpreter up
        # each time: beside a busy event loop that is most of what a publish costs.
        transport._quick_recv = Ahead(transport._quick_recv)
        self._last_tag, self._blocked = 0, None

    def _attempt(self, messages: Sequence[Outgoing]) -> None:
        channel = self.opened()
        if self._blocked or monotonic() - self._heard_at_s > SILENCE_S:
            self._hear_out()
        # Older ones were given up; their confirms may still come in.
        first, self._last_tag = self._last_tag + 1, self._last_tag + len(messages)
        self._unconfirmed, self._refused = set(range(first, self._last_tag + 1)), None
        self._write(channel, b"".join(self._frames(channel, messages)))
        self._wait_for_confirms()
        self._heard_at_s = monotonic()

    def _frames(self, channel: Any, messages: Sequence[Outgoing]) -> Iterator[bytes]:
        largest = channel.connection.frame_max
        for message in messages:
            body = message.body.encode() if isinstance(message.body, str) else message.body
            method = publish_head(message.queue)
            yield from publish_frames(channel.channel_id, largest, method, message.spelt_head, body)

    def _write(self, channel: Any, frames: bytes) -> None:
        transport = channel.connection.transport
        with transport.having_timeout(SEND_TIMEOUT_S):
            transport.write(frames)

    def _waiting(self, channel: Any, queue: str) -> int:
        count: int = channel.queue_declare(queue, passive=True).message_count
        return count

    def _hear_out(self) -> None:
        """Take in what the broker has said since the last call: an alarm began or is over, so that
        no message has to be risked to find out."""
        with suppress(TimeoutError):
            while True:
                self._connection.drain_events(timeout=0)
        if self._blocked:
            raise NotTaken(self._blocked)

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


class Ahead:
    """A socket's `recv` that takes what has come in one call and hands it out in parts."""

    def __init__(self, recv: Callable[[int], bytes]) -> None:
        self._recv, self._left = recv, memoryview(b"")

    def __call__(self, size: int) -> bytes:
        left = self._left or memoryview(self._recv(AHEAD_BYTES))
        self._left = left[size:]
        return bytes(left[:size])


def lane_to(app: Celery, broker: CeleryBroker) -> Lane:
    return RedisLane(app, broker) if broker.is_redis else AmqpLane(app, broker)
