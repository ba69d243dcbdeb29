"""The id in a task's path."""

from typing import Annotated

from pydantic import AfterValidator

from domain.model.errors import TaskNotFound
from domain.use_cases.find_task import TASK_ID


def _well_formed(task_id: str) -> str:
    """Nothing else reaches the ledger; the answer is that of any unknown id."""
    if not TASK_ID.fullmatch(task_id):
        raise TaskNotFound
    return task_id


TaskId = Annotated[str, AfterValidator(_well_formed)]
