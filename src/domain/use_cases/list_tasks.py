"""A page of a tenant's tasks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.model.task import Task
from ports.task_store import TaskQuery, TaskStore


@dataclass(frozen=True, slots=True)
class Page:
    """`next_before`: the `TaskQuery.before` of the next page, None at the end."""

    tasks: Sequence[Task]
    next_before: str | None


class ListTasks:
    def __init__(self, store: TaskStore) -> None:
        self._store = store

    async def __call__(self, query: TaskQuery) -> Page:
        """Newest first. One row more than asked is read, to know whether there are more."""
        found = await self._store.list(replace(query, limit=query.limit + 1))
        tasks = found[: query.limit]
        more = len(found) > query.limit
        return Page(tasks, tasks[-1].task_id if more else None)
