"""Finding a task by the id it was given here, or by the one its client gave it."""

import re
from contextlib import suppress

from domain.model.errors import TaskNotFound
from domain.model.task import Task
from domain.use_cases.get_task import GetTask
from ports.task_store import TaskQuery, TaskStore

TASK_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
"""Nothing else is looked up as an id."""


class FindTask:
    def __init__(self, get: GetTask, store: TaskStore) -> None:
        self._get, self._store = get, store

    async def __call__(self, tenant: str, name: str) -> Task:
        """The tenant's task whose `task_id` or `client_request_id` is `name`. Raises `TaskNotFound`
        or `TaskGone`."""
        if TASK_ID.fullmatch(name):
            with suppress(TaskNotFound):
                return await self._get(tenant, name)
        query = TaskQuery(tenant=tenant, limit=1, client_request_id=name)
        if found := await self._store.list(query):
            return found[0]
        raise TaskNotFound
