"""Reading one task, if need be as soon as it has ended."""

import asyncio

from domain.model.errors import TaskGone, TaskNotFound
from domain.model.task import Task
from ports.clock import Elapsed
from ports.task_store import TaskStore

FIRST_POLL_S = 0.02
LAST_POLL_S = 0.25


class GetTask:
    def __init__(self, store: TaskStore, elapsed: Elapsed) -> None:
        self._store = store
        self._elapsed = elapsed

    async def __call__(self, tenant: str, task_id: str, wait_s: float = 0.0) -> Task:
        """The tenant's task; with `wait_s`, at the latest after that long, earlier when it ends.
        Raises `TaskNotFound` (another tenant's looks the same as none) or `TaskGone`."""
        until_s = self._elapsed() + wait_s
        pause_s = FIRST_POLL_S
        task = await self._read(tenant, task_id)
        while not task.terminal and (left_s := until_s - self._elapsed()) > 0:
            await asyncio.sleep(min(pause_s, left_s))
            pause_s = min(LAST_POLL_S, pause_s * 1.5)
            task = await self._read(tenant, task_id)
        return task

    async def _read(self, tenant: str, task_id: str) -> Task:
        task = await self._store.get(task_id)
        if task is None or task.tenant != tenant:
            raise TaskNotFound
        if task.erased_at is not None:
            raise TaskGone
        return task
