"""Changes of a ledger inside this process."""

from contextlib import AbstractContextManager

from adapters.watch.listeners import Listeners
from domain.model.task import Task
from ports.task_watch import Changed, TaskWatch


class MemoryTaskWatch(TaskWatch):
    """Its ledger calls `tell` with each row it has stored. Another process's ledger doesn't."""

    def __init__(self) -> None:
        self._listeners = Listeners()

    def listen(self, task_id: str) -> AbstractContextManager[Changed]:
        return self._listeners.listen(task_id)

    def tell(self, task: Task) -> None:
        self._listeners.tell(task.task_id, task.status)
