"""How much waits in each tier, and for how long."""

from collections.abc import Mapping, Sequence

from domain.model.due import Due, stranded, waiting_since
from domain.model.priority import Priority
from domain.model.stock import TierStock
from domain.model.task import Task
from ports.clock import Now
from ports.task_store import TaskStore
from ports.wakeup_queue import WakeupQueue

FIRST = 20
"""Rows lie by the time of their last message. A backlog's oldest task is among the first of them:
a message is repeated only where its queue is empty."""


class MeasureBacklog:
    """The ledger knows of waits from `PUBLISH_GRACE_S` on; a shorter one counts as none."""

    def __init__(self, store: TaskStore, queue: WakeupQueue, now: Now) -> None:
        self._store, self._queue, self._now = store, queue, now

    async def __call__(self) -> Mapping[Priority, TierStock]:
        depth = await self._queue.depth()
        unpublished = await self._store.due(Due.UNPUBLISHED, FIRST)
        return {
            tier: TierStock(depth[tier], await self._oldest_s(tier, unpublished))
            for tier in Priority
        }

    async def _oldest_s(self, tier: Priority, unpublished: Sequence[Task]) -> float:
        published = await self._store.due(stranded(tier), FIRST)
        mine = [task for task in unpublished if task.request.priority is tier]
        since = min(map(waiting_since, (*published, *mine)), default=self._now())
        return max(0.0, self._now() - since)
