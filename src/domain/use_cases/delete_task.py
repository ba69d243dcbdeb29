"""A client wants a finished task forgotten."""

from domain.model.errors import TaskNotTerminal
from domain.use_cases.erase_task import EraseTask
from domain.use_cases.get_task import GetTask


class DeleteTask:
    def __init__(self, get: GetTask, erase: EraseTask) -> None:
        self._get, self._erase = get, erase

    async def __call__(self, tenant: str, task_id: str) -> None:
        """Row, input, results and thumbnail are gone afterwards. Raises `TaskNotTerminal`."""
        task = await self._get(tenant, task_id)
        if not task.terminal:
            raise TaskNotTerminal(f"Task {task_id} is {task.status}.")
        await self._erase(task)
