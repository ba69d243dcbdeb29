"""Following a task as it goes on: server-sent events (WHATWG HTML, section 9.2)."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

from fastapi import APIRouter
from fastapi.sse import EventSourceResponse
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Send

from domain.model.errors import DarkroomError
from domain.model.task import Task
from entrypoints.http.answers import NOT_KEPT
from entrypoints.http.caller import Reader, Serves
from entrypoints.http.event_view import event_text
from entrypoints.http.gateway import Gateway
from entrypoints.http.task_id import TaskId

router = APIRouter(tags=["tasks"])

REVISION = re.compile(r"\d{1,18}")
NO_REVISION = 10**18
"""Comes after all that are."""
STREAM_HEADERS = {"cache-control": NOT_KEPT, "x-accel-buffering": "no"}
_EVENT = {
    "type": "object",
    "description": "One event. `data`: JSON.",
    "properties": {
        "event": {"enum": ["status", "progress", "done", "resync"]},
        "id": {"type": "string"},
        "data": {"type": "string"},
    },
    "required": ["event", "data"],
}
_STREAM = {"text/event-stream": {"schema": _EVENT}}


class Stream(EventSourceResponse):
    """Ends what it streams wherever it is when the client leaves, not when that is collected."""

    body_iterator: AsyncGenerator[bytes, None]

    async def stream_response(self, send: Send) -> None:
        async with aclosing(self.body_iterator):
            await super().stream_response(send)


@router.get(
    "/v1/tasks/{task_id}/events",
    summary="Follow a task to its end",
    openapi_extra={
        "parameters": [
            {
                "name": "Last-Event-ID",
                "in": "header",
                "schema": {"type": "string"},
                "description": "The last event seen: those after it are told again.",
            }
        ]
    },
    responses={
        200: {
            "content": _STREAM,
            "description": "Events `status`, `progress`, `done`, `resync`; ends after `done`.",
        },
        204: {"description": "`Last-Event-ID` was the last one."},
    },
)
async def events(request: Request, task_id: TaskId, caller: Reader, serves: Serves) -> Response:
    after = _last_seen(request)
    task = await serves.use_cases.get(caller.tenant, task_id)
    if task.terminal and after == task.revision:
        return Response(status_code=204)
    return Stream(_spelt(serves, request, task, after), headers=STREAM_HEADERS)


def _last_seen(request: Request) -> int | None:
    """The revision in `Last-Event-ID`; what is none of ours counts as one that nobody knows."""
    given = request.headers.get("last-event-id", "").strip()
    if not given:
        return None
    return int(given) if REVISION.fullmatch(given) else NO_REVISION


async def _spelt(
    serves: Gateway, request: Request, task: Task, after: int | None
) -> AsyncGenerator[bytes, None]:
    # Once the answer has begun there is no other way to tell of an error than to end it.
    with suppress(DarkroomError):
        async with aclosing(serves.use_cases.follow(task.tenant, task.task_id, after)) as told:
            async for event in told:
                yield await event_text(serves, request, task.task_id, event)
