"""Where the wake-ups wait, and what things are called there."""

from dataclasses import dataclass
from ssl import CERT_REQUIRED
from typing import Any, Literal
from urllib.parse import urlsplit

from kombu.entity import Exchange, Queue

from domain.model.priority import Priority

DEFAULT_EXCHANGE = Exchange("")  # type: ignore[no-untyped-call]
"""AMQP's own: its routing key is the name of the queue, so there is nothing to bind."""


def verified_redis(url: str) -> dict[str, Any] | None:
    if url.startswith("rediss:"):
        return {"ssl_cert_reqs": CERT_REQUIRED, "ssl_check_hostname": True}
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class CeleryBroker:
    """`url`: amqp(s):// or redis(s)://. `prefix` stands before every name this service uses there.

    `queue_type`: of RabbitMQ's queues, fixed when they are first declared. `visibility_s`: on
    Redis, after this much silence a worker's messages are offered to others; a living one keeps
    renewing them.
    """

    url: str
    prefix: str = "gpu-"
    queue_type: Literal["classic", "quorum"] = "classic"
    visibility_s: float = 30.0

    @property
    def is_redis(self) -> bool:
        return urlsplit(self.url).scheme.startswith("redis")

    @property
    def parked(self) -> str:
        return f"{self.prefix}parked"

    def queue_of(self, tier: Priority) -> str:
        return f"{self.prefix}{tier}"

    def declarations(self) -> list[Queue]:
        """Durable, the tiers in order and then the parked ones."""
        names = [*(self.queue_of(tier) for tier in Priority), self.parked]
        return [self._declaration(name) for name in names]

    def _declaration(self, name: str) -> Queue:
        return Queue(  # type: ignore[no-untyped-call]
            name, DEFAULT_EXCHANGE, name, queue_arguments={"x-queue-type": self.queue_type}
        )

    def tls(self) -> dict[str, Any] | None:
        """What is verified where the scheme asks for TLS. Left alone, kombu trusts any Redis, and
        any host with a valid certificate to be the RabbitMQ meant."""
        if self.url.startswith("amqps:"):
            return {"cert_reqs": CERT_REQUIRED, "server_hostname": None}
        return verified_redis(self.url)

    def transport_options(self, timeout_s: float) -> dict[str, Any]:
        """What bounds every wait on a connection by `timeout_s`."""
        if not self.is_redis:
            return {"read_timeout": timeout_s, "write_timeout": timeout_s}
        return {
            "socket_timeout": timeout_s,
            "socket_connect_timeout": timeout_s,
            "retry_on_timeout": False,
            "visibility_timeout": self.visibility_s,
            "unacked_key": f"{self.prefix}unacked",
            "unacked_index_key": f"{self.prefix}unacked-index",
            "unacked_mutex_key": f"{self.prefix}unacked-mutex",
        }
