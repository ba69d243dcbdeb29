"""Stopping a task: at once while it waits, by a flag while it runs."""

from domain.model.life_cycle import TaskPolicy, cancel
from domain.model.task import Moved, Task
from domain.use_cases.get_task import GetTask
from domain.use_cases.ledger import Ledger
from ports.clock import Now


class CancelTask:
    def __init__(self, ledger: Ledger, get: GetTask, now: Now, policy: TaskPolicy) -> None:
        self._ledger, self._get = ledger, get
        self._now, self._policy = now, policy

    async def __call__(self, tenant: str, task_id: str) -> Task:
        """The task afterwards: CANCELED, still running with `cancel_requested`, or unchanged
        when it had ended. Once answered, it never becomes SUCCESS."""
        seen = await self._get(tenant, task_id)
        await self.stop(seen)
        return await self._get(tenant, task_id)

    async def stop(self, seen: Task) -> None:
        """The same for a task that was just read."""
        await self._ledger.change(seen.task_id, self._decide, seen)

    def _decide(self, task: Task) -> Moved | Task | None:
        decided = cancel(task, self._now(), self._policy)
        return None if decided is task else decided
