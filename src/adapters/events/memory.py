"""Changes of a ledger inside this process."""

from contextlib import AbstractContextManager

from adapters.events.listeners import Listeners
from domain.model.task import STARTED, Task
from ports.event_bus import Changed, EventBus


class MemoryEventBus(EventBus):
    """Its ledger calls `tell` with each row it has stored. Another process's ledger doesn't."""

    def __init__(self) -> None:
        self.listeners = Listeners()
        self._starts = 0

    def listen(self, task_id: str) -> AbstractContextManager[Changed]:
        return self.listeners.listen(task_id)

    def starts(self) -> int:
        return self._starts

    def tell(self, task: Task) -> None:
        if task.status is STARTED and task.history[-1:] == (task.change,):
            self._starts += 1
        self.listeners.tell(task.task_id, task.change)
