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
    scheme = urlsplit(url).scheme
    if scheme in ("amqp", "amqps"):
        from adapters.queue.dramatiq.rabbitmq import RabbitmqTransport

        return RabbitmqTransport(url, queues)
    if scheme in ("redis", "rediss"):
        from adapters.queue.dramatiq.redis import RedisTransport

        return RedisTransport(url, queues, heartbeat_timeout_s)
    raise InternalError(
        f"BROKER_URL begins with {scheme!r}; Dramatiq speaks amqp(s):// and redis(s)://.",
        remedy="Set BROKER_URL to the address of a RabbitMQ or a Redis.",
    )
