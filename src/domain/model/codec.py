"""Tasks, requests and wake-ups as JSON values, and back: one shape for every store and queue.

The dataclasses themselves are the schema: a field added there is written and read from then on.
Releases run side by side (N−1 next to N), so keys nobody knows are passed over and missing ones
take the field's default; a value of the wrong type is refused.
"""

from domain.model.batch import Batch
from domain.model.json_value import Json
from domain.model.record_json import UnreadableMessage as UnreadableMessage
from domain.model.record_json import record_from_json, record_to_json
from domain.model.request import TaskRequest
from domain.model.task import Task
from domain.model.wakeup import VERSION, Wakeup


def task_to_json(task: Task) -> dict[str, Json]:
    return record_to_json(task)


def task_from_json(data: Json) -> Task:
    """Raises `UnreadableMessage`."""
    return record_from_json(Task, data)


def request_to_json(request: TaskRequest) -> dict[str, Json]:
    return record_to_json(request)


def request_from_json(data: Json) -> TaskRequest:
    """Raises `UnreadableMessage`."""
    return record_from_json(TaskRequest, data)


def wakeup_to_json(wakeup: Wakeup) -> dict[str, Json]:
    return record_to_json(wakeup)


def wakeup_from_json(data: Json) -> Wakeup:
    """Raises `UnreadableMessage`, also for a message without its version or of another one."""
    version = data.get("v") if isinstance(data, dict) else None
    if version != VERSION:
        raise UnreadableMessage(f"version {VERSION} expected, not {version!r}")
    return record_from_json(Wakeup, data)


def batch_to_json(batch: Batch) -> dict[str, Json]:
    return record_to_json(batch)


def batch_from_json(data: Json) -> Batch:
    """Raises `UnreadableMessage`."""
    return record_from_json(Batch, data)
