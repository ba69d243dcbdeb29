"""Dramatiq over Redis."""

from collections.abc import Mapping
from typing import TypeVar, cast

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import Middleware, Retries
from redis.backoff import NoBackoff
from redis.retry import Retry

from adapters.queue.dramatiq.led_broker import LedBroker
from adapters.queue.dramatiq.names import TierQueues
from adapters.queue.dramatiq.redis_tap import RedisTap, key_of
from adapters.queue.dramatiq.tap import TierTap
from adapters.queue.dramatiq.transport import Transport
from domain.model.priority import Priority

SOCKET_TIMEOUT_S = 2.0
B = TypeVar("B", bound=RedisBroker)

PARTS = ("broker_id", "client", "maintenance_chance", "namespace")
COMMANDS = ("enqueue", "fetch", "ack", "requeue", "qsize")


class LedRedisBroker(LedBroker, RedisBroker):
    pass


class RedisTransport(Transport):
    """`url`: redis(s)://…/db. A worker that gives no sign for `heartbeat_timeout_s` counts as dead,
    and its messages go to others; the clocks of the workers' machines have to agree to well below
    that. Raises `ValueError`."""

    def __init__(self, url: str, queues: TierQueues, heartbeat_timeout_s: float) -> None:
        self._url, self._queues, self._heartbeat_timeout_s = url, queues, heartbeat_timeout_s
        redis.ConnectionPool.from_url(url)

    def publisher(self) -> RedisBroker:
        return self._broker(RedisBroker, [], tries_again=1)

    def count(self, publisher: dramatiq.Broker) -> Mapping[Priority, int]:
        broker = cast(RedisBroker, publisher)
        queues = {tier: key_of(broker, self._queues.of(tier)) for tier in Priority}
        return {tier: int(broker.client.llen(key)) for tier, key in queues.items()}

    def leave(self, publisher: dramatiq.Broker) -> None:
        cast(RedisBroker, publisher).client.close()

    def consumer(self) -> tuple[LedBroker, TierTap]:
        # A fetch whose answer was lost must be heard of: its message is offered again by `open`.
        broker = self._broker(LedRedisBroker, [Retries(max_retries=0)], tries_again=0)
        return broker, RedisTap(broker, self._queues)

    def refused(self, error: BaseException | None) -> bool:
        return isinstance(
            error, (redis.exceptions.AuthenticationError, redis.exceptions.ResponseError)
        )

    def missing_parts(self) -> list[str]:
        broker = self.publisher()
        script = str(broker.scripts["dispatch"].script)
        gone = [part for part in PARTS if not hasattr(broker, part)]
        unknown = [f"do_{name}" for name in COMMANDS if f'command == "{name}"' not in script]
        return [f"RedisBroker.{part}" for part in gone + unknown]

    def _broker(self, kind: type[B], middleware: list[Middleware], tries_again: int) -> B:
        client = redis.Redis.from_url(
            self._url, socket_timeout=SOCKET_TIMEOUT_S, socket_connect_timeout=SOCKET_TIMEOUT_S,
            retry=Retry(NoBackoff(), tries_again),
        )  # fmt: skip
        return kind(
            client=client, middleware=middleware, namespace=self._queues.prefix.rstrip("-"),
            heartbeat_timeout=int(self._heartbeat_timeout_s * 1000), maintenance_chance=0,
        )  # fmt: skip
