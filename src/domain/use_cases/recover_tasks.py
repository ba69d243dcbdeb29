"""Finding what fell between ledger and queue. Any process may run it: each step is a CAS."""

from functools import partial

from domain.model.due import Due, stranded
from domain.model.errors import Unavailable
from domain.model.events import PublishFailed
from domain.model.life_cycle import TaskPolicy, expire, lapse, overdue, published
from domain.model.priority import Priority
from domain.model.task import STARTED, WAITING, Moved, Task
from domain.model.wakeup import wakeup_for
from domain.use_cases.ledger import Ledger
from ports.clock import Now
from ports.telemetry import Telemetry
from ports.wakeup_queue import WakeupQueue

AT_ONCE = 1_000


class RecoverTasks:
    def __init__(
        self,
        ledger: Ledger,
        queue: WakeupQueue,
        telemetry: Telemetry,
        now: Now,
        policy: TaskPolicy,
    ) -> None:
        self._ledger, self._queue, self._telemetry = ledger, queue, telemetry
        self._now, self._policy = now, policy

    async def __call__(self) -> None:
        """One pass. Leases first, so that what they free is published in the same pass."""
        for task in await self._ledger.store.due(Due.LEASE_OVER, AT_ONCE):
            await self._ledger.change(task.task_id, self._lapsed, task)
        for task in await self._ledger.store.due(Due.START_OVERDUE, AT_ONCE):
            await self._ledger.change(task.task_id, self._expired, task)
        for task in await self._ledger.store.due(Due.UNPUBLISHED, AT_ONCE):
            await self._publish(task)
        depth = await self._queue.depth()
        for tier in Priority:
            if depth[tier] == 0:
                await self._publish_stranded(tier)

    async def _publish_stranded(self, tier: Priority) -> None:
        for task in await self._ledger.store.due(stranded(tier), AT_ONCE):
            await self._publish(task)

    async def _publish(self, task: Task) -> None:
        try:
            await self._queue.publish(wakeup_for(task))
        except Unavailable as error:
            self._telemetry.record(
                PublishFailed(task.task_id, error.detail, task.request_id, task.tenant)
            )
        else:
            await self._ledger.change(task.task_id, partial(self._published, task.attempt), task)

    def _lapsed(self, task: Task) -> Moved | None:
        over = task.lease_until is not None and task.lease_until <= self._now()
        return lapse(task, self._now(), self._policy) if task.status is STARTED and over else None

    def _expired(self, task: Task) -> Moved | None:
        return expire(task, self._now(), self._policy) if overdue(task, self._now()) else None

    def _published(self, attempt: int, task: Task) -> Task | None:
        """A note for the wait that was published, not for a later one after another attempt."""
        same_wait = task.status in WAITING and task.attempt == attempt
        return published(task, self._now()) if same_wait else None
