"""Dramatiq's two ends on queues of their own, and what a test does there behind their backs."""

import json
import pickle
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from typing import Any
from uuid import uuid4

import pika
import redis

from adapters.queue.dramatiq.envelope import pack
from adapters.queue.dramatiq.names import TierQueues
from adapters.queue.dramatiq.rabbitmq import RabbitmqTransport, with_options
from adapters.queue.publishing import PublishingLimits
from domain.model.codec import wakeup_from_json
from domain.model.priority import Priority
from domain.model.wakeup import Wakeup
from ports.lifecycle import Lifecycle
from tests.contract.task_factory import wakeup
from tests.contract.wakeup_link import PATIENCE_S

PATIENT = PublishingLimits(time_limit_s=2.0, rest_s=0.1)
REQUEUE_AFTER_S = 0.01
HEARTBEAT_TIMEOUT_S = 2.0


def litter(queues: TierQueues) -> list[bytes]:
    """No wake-ups, each in its way."""
    good = json.loads(pack(wakeup(Priority.HIGH), queues).encode())
    future = {**good, "args": [good["args"][0] | {"v": 2}]}
    texts = ["null", "[]", "{}", '{"args": 3, "options": 3}', "[" * 100_000]
    objects = [future, {**good, "args": []}, {**good, "args": [1]}, {**good, "args": [{"v": 1}]}]
    return [
        b"", b"junk", b"\xff\xfe", pickle.dumps(good),
        *(text.encode() for text in texts), *(json.dumps(each).encode() for each in objects),
    ]  # fmt: skip


class DramatiqPlace(ABC):
    """Queues nobody else uses, unless they are told their `name`, on the broker at `url`."""

    def __init__(self, url: str, name: str | None = None) -> None:
        self.url, self.queues = url, TierQueues(name or f"dq-test-{uuid4().hex[:8]}-")

    def parked(self) -> Sequence[Wakeup]:
        return [wakeup_from_json(json.loads(body)["args"][0]) for body in self.parked_bodies()]

    @abstractmethod
    def parked_bodies(self) -> list[bytes]:
        """What lies there still lies there afterwards."""

    @abstractmethod
    def litter(self) -> int:
        """Into the high queue; answers how many."""

    @abstractmethod
    def clear(self) -> None: ...


class RabbitmqPlace(DramatiqPlace):
    @contextmanager
    def channel(self) -> Iterator[Any]:
        address = pika.URLParameters(with_options(self.url, {}))
        with closing(pika.BlockingConnection(address)) as connection:
            yield connection.channel()

    def parked_bodies(self) -> list[bytes]:
        with self.channel() as channel:
            got = iter(lambda: channel.basic_get(self.queues.parked)[2], None)
            return list(got)

    def litter(self) -> int:
        high = self.queues.of(Priority.HIGH)
        broker = RabbitmqTransport(self.url, self.queues).publisher()
        with closing(broker), self.channel() as channel:
            broker.declare_queue(high, ensure=True)
            for body in litter(self.queues):
                channel.basic_publish("", high, body)
        return len(litter(self.queues))

    def clear(self) -> None:
        tiers = [self.queues.of(tier) for tier in Priority]
        with self.channel() as channel:
            for name in (self.queues.parked, *(f"{t}{end}" for t in tiers for end in ENDINGS)):
                channel.queue_delete(name)


ENDINGS = ("", ".DQ", ".XQ")
"""Dramatiq declares three queues for one."""


class RedisPlace(DramatiqPlace):
    @property
    def namespace(self) -> str:
        return self.queues.prefix.rstrip("-")

    def parked_bodies(self) -> list[bytes]:
        key = f"{self.namespace}:{self.queues.parked}"
        with redis.Redis.from_url(self.url) as client:
            return [client.hget(f"{key}.msgs", each) for each in client.lrange(key, 0, -1)]

    def litter(self) -> int:
        key = f"{self.namespace}:{self.queues.of(Priority.HIGH)}"
        with redis.Redis.from_url(self.url) as client:
            for body in litter(self.queues):
                self._lay(client, key, body)
            # An id whose message is gone: nothing to park.
            client.rpush(key, uuid4().hex)
        return len(litter(self.queues))

    def _lay(self, client: "redis.Redis", key: str, body: bytes) -> None:
        """As Dramatiq does, and under an id that the message tells, if it is one that can."""
        message_id = uuid4().hex
        told = body.replace(b'"options": {}', b'"options": {"redis_message_id": "%s"}')
        client.hset(f"{key}.msgs", message_id, told.replace(b"%s", message_id.encode()))
        client.rpush(key, message_id)

    def clear(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            for key in client.scan_iter(f"{self.namespace}:*"):
                client.delete(key)


def queue_settings(place: DramatiqPlace) -> dict[str, Any]:
    return {
        "prefix": place.queues.prefix, "limits": PATIENT, "depth_ttl_s": 0.0,
        "depth_patience_s": PATIENCE_S,
    }  # fmt: skip


def source_settings(place: DramatiqPlace) -> dict[str, Any]:
    return {
        "prefix": place.queues.prefix, "requeue_after_s": REQUEUE_AFTER_S,
        "heartbeat_timeout_s": HEARTBEAT_TIMEOUT_S,
    }  # fmt: skip


@asynccontextmanager
async def started(*ends: Lifecycle) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for end in ends:
            stack.push_async_callback(end.aclose)
            await end.start()
        yield
