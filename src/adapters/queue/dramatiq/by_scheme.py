"""Which broker an address speaks of."""

from urllib.parse import urlsplit

from adapters.queue.dramatiq.names import TierQueues
from adapters.queue.dramatiq.transport import Transport
from domain.model.errors import InternalError

HEARTBEAT_TIMEOUT_S = 15.0


def transport_for(
    url: str, queues: TierQueues, heartbeat_timeout_s: float = HEARTBEAT_TIMEOUT_S
) -> Transport:
    """Loads only the client library that `url` needs. Raises `InternalError`."""
    try:
        return _transport(url, queues, heartbeat_timeout_s)
    except ValueError as error:
        # What the libraries say of a broken address may repeat a piece of the password.
        raise InternalError(
            "BROKER_URL: not an address that Dramatiq can use.",
            remedy="Set BROKER_URL to amqp(s)://… of a RabbitMQ or redis(s)://… of a Redis.",
            retryable=False,
        ) from error


def _transport(url: str, queues: TierQueues, heartbeat_timeout_s: float) -> Transport:
    scheme = urlsplit(url).scheme
    if scheme in ("amqp", "amqps"):
        from adapters.queue.dramatiq.rabbitmq import RabbitmqTransport

        return RabbitmqTransport(url, queues)
    if scheme in ("redis", "rediss"):
        from adapters.queue.dramatiq.redis import RedisTransport

        return RedisTransport(url, queues, heartbeat_timeout_s)
    raise ValueError("an unknown scheme")
