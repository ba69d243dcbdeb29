import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from uuid import uuid4

import pika

from adapters.queue.dramatiq.names import TierQueues
from adapters.queue.dramatiq.rabbitmq import with_options
from adapters.queue.dramatiq.wakeup_queue import DramatiqWakeupQueue
from adapters.queue.dramatiq.wakeup_source import DramatiqWakeupSource
from domain.model.codec import wakeup_from_json
from domain.model.priority import Priority
from domain.model.wakeup import Wakeup
from tests.contract.clauses.wakeup_queue import WakeupQueueClauses
from tests.contract.services import require
from tests.contract.task_factory import SteppedClock
from tests.contract.wakeup_link import AGEING, NO_GRACE_S, Link


class TestWakeupQueue(WakeupQueueClauses):
    @asynccontextmanager
    async def connect(self, grace_s: float = NO_GRACE_S) -> AsyncIterator[Link]:
        url, elapsed = require("rabbitmq"), SteppedClock(0.0)
        names = TierQueues(f"dq-test-{uuid4().hex[:8]}-")
        queue = DramatiqWakeupQueue(url, time.monotonic, prefix=names.prefix, depth_ttl_s=0)
        source = DramatiqWakeupSource(
            url, AGEING, elapsed, grace_s, prefix=names.prefix, requeue_after_s=0.01
        )
        await queue.start()
        await source.start()
        try:
            yield Link(queue, source, elapsed, lambda: parked(url, names))
        finally:
            await source.aclose()
            await queue.aclose()
            delete(url, names)


def parked(url: str, names: TierQueues) -> Sequence[Wakeup]:
    """Reads without taking: what is not acked is back when the connection is closed."""
    with closing(pika.BlockingConnection(pika.URLParameters(with_options(url, {})))) as connection:
        channel = connection.channel()
        bodies = []
        while (got := channel.basic_get(names.parked))[0]:
            bodies.append(got[2])
    return [wakeup_from_json(json.loads(body)["args"][0]) for body in bodies]


def delete(url: str, names: TierQueues) -> None:
    with closing(pika.BlockingConnection(pika.URLParameters(with_options(url, {})))) as connection:
        channel = connection.channel()
        for tier in Priority:
            for kind in ("", ".DQ", ".XQ"):
                channel.queue_delete(names.of(tier) + kind)
        channel.queue_delete(names.parked)
