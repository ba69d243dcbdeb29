import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import redis

from adapters.queue.dramatiq.names import TierQueues
from adapters.queue.dramatiq.wakeup_queue import DramatiqWakeupQueue
from adapters.queue.dramatiq.wakeup_source import DramatiqWakeupSource
from domain.model.codec import wakeup_from_json
from domain.model.wakeup import Wakeup
from tests.contract.clauses.wakeup_queue import WakeupQueueClauses
from tests.contract.services import require
from tests.contract.task_factory import SteppedClock
from tests.contract.wakeup_link import AGEING, NO_GRACE_S, Link

DATABASE = 3


class TestWakeupQueue(WakeupQueueClauses):
    @asynccontextmanager
    async def connect(self, grace_s: float = NO_GRACE_S) -> AsyncIterator[Link]:
        url = urlsplit(require("redis"))._replace(path=f"/{DATABASE}").geturl()
        elapsed, names = SteppedClock(0.0), TierQueues(f"dq-test-{uuid4().hex[:8]}-")
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


def namespace(names: TierQueues) -> str:
    return names.prefix.rstrip("-")


def parked(url: str, names: TierQueues) -> Sequence[Wakeup]:
    with redis.Redis.from_url(url) as client:
        ids = client.lrange(f"{namespace(names)}:{names.parked}", 0, -1)
        bodies = [client.hget(f"{namespace(names)}:{names.parked}.msgs", each) for each in ids]
    return [wakeup_from_json(json.loads(body)["args"][0]) for body in bodies]


def delete(url: str, names: TierQueues) -> None:
    with redis.Redis.from_url(url) as client:
        for key in client.scan_iter(f"{namespace(names)}:*"):
            client.delete(key)
