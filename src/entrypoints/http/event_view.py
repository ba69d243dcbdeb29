"""An event of a stream, as it goes over the wire."""

from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.requests import Request
from typing_extensions import TypedDict

from domain.model.following import TaskEvent
from domain.model.task import Change
from entrypoints.http.answers import to_json
from entrypoints.http.gateway import Gateway
from entrypoints.http.task_view import task_document


class ChangeDocument(TypedDict):
    """What `status` and `progress` say; `done` and `resync` have the whole task."""

    task_id: str
    status: str
    attempt: int
    progress: int


async def event_text(
    gateway: Gateway, request: Request, task_id: str, event: TaskEvent | None
) -> bytes:
    """None: a comment, so that no proxy takes the silence for an end."""
    if event is None:
        return KEEPALIVE_COMMENT
    document = (
        await task_document(gateway, request, event.task)
        if event.task
        else _change(task_id, event.change)
    )
    return format_sse_event(
        data_str=to_json(document).decode("ascii"),
        event=event.kind.value,
        id=str(event.change.revision),
    )


def _change(task_id: str, change: Change) -> ChangeDocument:
    return {
        "task_id": task_id,
        "status": change.status.value,
        "attempt": change.attempt,
        "progress": change.progress,
    }
