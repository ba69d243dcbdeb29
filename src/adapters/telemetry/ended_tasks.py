"""Remembering how tasks ended here, for who would ask the ledger only for that."""

from collections.abc import Collection, Sequence

from domain.model.device import DeviceFacts, DeviceUse
from domain.model.events import Event
from domain.model.stock import Stock
from domain.model.task import Task, TaskMoved
from ports.telemetry import Telemetry


class EndedTasks(Telemetry):
    """The last `room` tasks that ended in this process and were not asked for yet. How a task
    ended never changes, so what is remembered is true."""

    def __init__(self, room: int = 1000) -> None:
        self._room = room
        self._tasks: dict[str, Task] = {}

    def take(self, task_id: str) -> Task | None:
        """The task, and forget it."""
        return self._tasks.pop(task_id, None)

    def take_all(self) -> Sequence[Task]:
        """All of them, and forget them."""
        tasks, self._tasks = list(self._tasks.values()), {}
        return tasks

    def record(self, event: Event) -> None:
        if isinstance(event, TaskMoved) and event.task.terminal:
            self._tasks[event.task.task_id] = event.task
            if len(self._tasks) > self._room:
                del self._tasks[next(iter(self._tasks))]

    def sample_stock(self, stock: Stock) -> None:
        return

    def sample_device(
        self, gpu: DeviceFacts | None, loaded: Collection[str], use: DeviceUse
    ) -> None:
        return
