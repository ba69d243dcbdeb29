"""What a span says of a task: ids and closed sets, never what a user wrote."""

from domain.model.task import Task
from ports.tracing import Facts


def facts_of(task: Task) -> Facts:
    return {
        "darkroom.task_id": task.task_id,
        "darkroom.request_id": task.request_id or "",
        "darkroom.tenant": task.tenant,
        "darkroom.model": task.request.model,
        "darkroom.priority": task.request.priority.value,
        "darkroom.attempt": task.attempt,
        "darkroom.worker": task.worker or "",
    }
