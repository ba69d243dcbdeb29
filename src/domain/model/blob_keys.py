"""Where a task's files lie. Every name is made by us; nothing of it comes from a client."""

from datetime import UTC, datetime

from domain.model.picture import EXTENSIONS, Format
from domain.model.task import Task


def input_prefix(tenant: str, task_id: str) -> str:
    return f"inputs/{tenant}/{task_id}/"


def input_key(tenant: str, task_id: str, role: str, format: Format) -> str:
    """An inline picture. Its ending tells its type, so that no store has to note that beside it."""
    return f"{input_prefix(tenant, task_id)}{role}.{EXTENSIONS[format]}"


def result_prefix(task: Task) -> str:
    """All attempts of a task: what purge and delete remove."""
    day = datetime.fromtimestamp(task.created_at, UTC).strftime("%Y%m%d")
    return f"results/{task.tenant}/{day}/{task.task_id}/"


def picture_key(task: Task, width: int, height: int, extension: str, number: int = 1) -> str:
    """`number`: of the picture among those of its task, from 1."""
    which = "" if number == 1 else f"_{number}"
    name = f"{task.task_id}_{width}x{height}{which}.{extension}"
    return f"{result_prefix(task)}{task.attempt}/{name}"


def document_key(task: Task) -> str:
    """The result of a model that makes no picture."""
    return f"{result_prefix(task)}{task.attempt}/{task.task_id}.json"
