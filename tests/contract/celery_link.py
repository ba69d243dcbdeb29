"""Celery's two ends on queues of their own, and what a test does there behind their backs."""

import json
import pickle
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import uuid4

import pytest

from adapters.queue.celery.app import TASK, producer_app
from adapters.queue.celery.broker import CeleryBroker
from adapters.queue.celery.message import read
from adapters.queue.celery.queue import CeleryWakeupQueue
from adapters.queue.celery.source import CeleryWakeupSource
from adapters.queue.publishing import PublishingLimits
from domain.model.codec import wakeup_to_json
from domain.model.errors import Unavailable
from domain.model.priority import Priority
from domain.model.wakeup import Wakeup
from ports.wakeup_source import WakeupSource
from tests.contract.task_factory import SteppedClock, wakeup
from tests.contract.wakeup_link import AGEING, NO_GRACE_S, PATIENCE_S, Link

TASK_HEADERS = {"task": TASK, "id": "t-1", "lang": "py"}
FUTURE = json.dumps([[wakeup_to_json(wakeup()) | {"v": 2}], {}, {}]).encode()
LITTER: Sequence[tuple[bytes, str, Mapping[str, Any]]] = [
    (b"junk", "application/json", TASK_HEADERS),
    (b"\xff\xfe", "text/plain", {}),
    (b"[]", "application/json", TASK_HEADERS),
    (b'[[{"v": 1}], {}, {}]', "application/json", TASK_HEADERS),
    (FUTURE, "application/json", TASK_HEADERS),
    (pickle.dumps(([], {}, {})), "application/x-python-serialize", TASK_HEADERS),
    (b"[[], {}, {}]", "application/json", {"task": "os.system", "id": "t-1"}),
    (b"x", "application/json", {**TASK_HEADERS, "compression": "application/x-gzip"}),
]
REDIS_LITTER = [b"junk", b"[]", b"{}", b'{"properties": 3}', b"\xff"]
"""Not even in kombu's envelope."""

PATIENT = PublishingLimits(time_limit_s=2.0, rest_s=0.1)
REQUEUE_AFTER_S = 0.01


VISIBILITY_S = 2.0


def source_at(url: str, name: str) -> WakeupSource:
    """For a process of its own."""
    broker = CeleryPlace(url, name).broker
    return CeleryWakeupSource(broker, AGEING, time.monotonic, grace_s=NO_GRACE_S)


class CeleryPlace:
    """Queues nobody else uses, unless they are told their `name`, on the broker at `url`."""

    def __init__(self, url: str, name: str | None = None, **facts: Any) -> None:
        prefix = name or f"test-{uuid4().hex[:8]}-"
        self.broker = CeleryBroker(url=url, prefix=prefix, visibility_s=VISIBILITY_S, **facts)

    @contextmanager
    def channel(self) -> Iterator[Any]:
        with producer_app(self.broker).connection_for_write() as connection:
            yield connection.channel()

    def parked(self) -> Sequence[Wakeup]:
        """What lies there still lies there afterwards: nothing read here is acked."""
        with self.channel() as channel:
            raws = iter(lambda: channel.basic_get(self.broker.parked), None)
            convert = getattr(channel, "message_to_python", lambda raw: raw)
            return [read(convert(raw)) for raw in raws]

    def parked_count(self) -> int:
        with self.channel() as channel:
            if self.broker.is_redis:
                return int(channel.client.llen(self.broker.parked))
            return int(channel.queue_declare(self.broker.parked, passive=True).message_count)

    def litter(self) -> int:
        """Into the high queue; answers how many."""
        queue = self.broker.queue_of(Priority.HIGH)
        with self.channel() as channel:
            for body, content_type, headers in LITTER:
                message = channel.prepare_message(
                    body, 0, content_type, "binary", dict(headers), {"delivery_mode": 2}
                )
                channel.basic_publish(message, exchange="", routing_key=queue)
            if self.broker.is_redis:
                channel.client.lpush(queue, *REDIS_LITTER)
                return len(LITTER) + len(REDIS_LITTER)
        return len(LITTER)

    def clear(self) -> None:
        with self.channel() as channel:
            if self.broker.is_redis:
                for key in channel.client.scan_iter(f"{self.broker.prefix}*"):
                    channel.client.delete(key)
            else:
                for queue in self.broker.declarations():
                    channel.queue_delete(queue.name)


@asynccontextmanager
async def celery_link(
    place: CeleryPlace, grace_s: float = NO_GRACE_S, **facts: Any
) -> AsyncIterator[Link]:
    elapsed = SteppedClock(0.0)
    queue = CeleryWakeupQueue(
        place.broker, time.monotonic, PATIENT, depth_ttl_s=0.0, depth_patience_s=PATIENCE_S
    )
    source = CeleryWakeupSource(
        place.broker, AGEING, elapsed, grace_s=grace_s, requeue_after_s=REQUEUE_AFTER_S, **facts
    )
    await queue.start()
    try:
        yield Link(queue, source, elapsed, place.parked)
    finally:
        await queue.aclose()


async def refuses_to_start(place: CeleryPlace) -> None:
    """Both ends, and they name the setting."""
    queue = CeleryWakeupQueue(place.broker, time.monotonic)
    source = CeleryWakeupSource(place.broker, AGEING, time.monotonic)
    for end in (queue, source):
        with pytest.raises(Unavailable, match=r"^BROKER_URL: "):
            await end.start()
        await end.aclose()
