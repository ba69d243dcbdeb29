"""Celery's two ends on queues of their own, and what a test does there behind their backs."""

import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import uuid4

from adapters.queue.celery.app import producer_app
from adapters.queue.celery.broker import CeleryBroker
from adapters.queue.celery.message import read
from adapters.queue.celery.queue import CeleryWakeupQueue
from adapters.queue.celery.source import CeleryWakeupSource
from adapters.queue.publishing import PublishingLimits
from domain.model.wakeup import Wakeup
from tests.contract.task_factory import SteppedClock
from tests.contract.wakeup_link import AGEING, NO_GRACE_S, Link

PATIENT = PublishingLimits(rest_s=0.1)
REQUEUE_AFTER_S = 0.01


class CeleryPlace:
    """Queues nobody else uses, on the broker at `url`."""

    def __init__(self, url: str, **facts: Any) -> None:
        self.broker = CeleryBroker(url=url, prefix=f"test-{uuid4().hex[:8]}-", **facts)

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

    def clear(self) -> None:
        with self.channel() as channel:
            if self.broker.is_redis:
                for key in channel.client.scan_iter(f"{self.broker.prefix}*"):
                    channel.client.delete(key)
            else:
                for queue in self.broker.declarations():
                    channel.queue_delete(queue.name)


@asynccontextmanager
async def celery_link(place: CeleryPlace, grace_s: float = NO_GRACE_S) -> AsyncIterator[Link]:
    elapsed = SteppedClock(0.0)
    queue = CeleryWakeupQueue(place.broker, time.monotonic, PATIENT, depth_ttl_s=0.0)
    source = CeleryWakeupSource(
        place.broker, AGEING, elapsed, grace_s=grace_s, requeue_after_s=REQUEUE_AFTER_S
    )
    await queue.start()
    try:
        yield Link(queue, source, elapsed, place.parked)
    finally:
        await queue.aclose()
