from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.queue.memory import MemoryQueue
from tests.contract.clauses.wakeup_queue import WakeupQueueClauses
from tests.contract.task_factory import SteppedClock
from tests.contract.wakeup_link import AGEING, NO_GRACE_S, Link


class TestWakeupQueue(WakeupQueueClauses):
    @asynccontextmanager
    async def connect(self, grace_s: float = NO_GRACE_S) -> AsyncIterator[Link]:
        elapsed = SteppedClock(0.0)
        queue = MemoryQueue(AGEING, elapsed, grace_s, requeue_after_s=0.01)
        yield Link(queue, queue, elapsed, lambda: queue.parked)
