"""Watching and steering one's tasks."""

import asyncio
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from entrypoints.http.answers import json_answer
from entrypoints.http.caller import Reader, Serves, Writer
from entrypoints.http.documents import TaskDocument, TaskListDocument
from entrypoints.http.exchange import exchange_of
from entrypoints.http.query import (
    ListQuery,
    WaitQuery,
    cursor_of,
    described,
    id_of,
    read_query,
)
from entrypoints.http.task_id import TaskId
from entrypoints.http.task_view import base_url, task_answer, task_document, task_page, task_path
from entrypoints.http.waiting import while_there
from ports.task_store import TaskQuery

router = APIRouter(tags=["tasks"])


@router.get(
    "/v1/tasks",
    summary="List one's tasks, newest first",
    openapi_extra=described(ListQuery),
    responses={200: {"model": TaskListDocument, "description": "A page."}},
)
async def list_tasks(request: Request, caller: Reader, serves: Serves) -> Response:
    asked = read_query(ListQuery, request)
    page = await serves.use_cases.list(_query(asked, caller.tenant))
    documents = await asyncio.gather(*(task_document(serves, request, t) for t in page.tasks))
    next_cursor = cursor_of(page.next_before) if page.next_before else None
    content: TaskListDocument = {
        "data": list(documents),
        "has_more": next_cursor is not None,
        "next_cursor": next_cursor,
    }
    return json_answer(content, 200, _link_header(request, next_cursor))


@router.get(
    "/v1/tasks/{task_id}",
    summary="Read a task, if wanted as soon as it ends",
    openapi_extra=described(WaitQuery),
    responses={
        200: {"model": TaskDocument, "description": "`ETag`; `Retry-After` while pending."},
        304: {"description": "As `If-None-Match` says it is known."},
    },
)
async def get_task(request: Request, task_id: TaskId, caller: Reader, serves: Serves) -> Response:
    wait_s = read_query(WaitQuery, request).wait
    getting = serves.use_cases.get(caller.tenant, task_id, wait_s)
    task = await (while_there(request, getting) if wait_s else getting)
    return await task_page(serves, request, task)


@router.post(
    "/v1/tasks/{task_id}/cancel",
    summary="Cancel a task",
    responses={
        200: {"model": TaskDocument, "description": "Canceled, or unchanged: it had ended."},
        202: {"model": TaskDocument, "description": "A worker has to stop first."},
    },
)
async def cancel(request: Request, task_id: TaskId, caller: Writer, serves: Serves) -> Response:
    task = await serves.use_cases.cancel(caller.tenant, task_id)
    return await task_answer(serves, request, task, 200 if task.terminal else 202)


@router.post(
    "/v1/tasks/{task_id}/retry",
    status_code=202,
    summary="Run an ended task again, as a new one",
    responses={202: {"model": TaskDocument, "description": "The new task, with `retry_of`."}},
)
async def retry(request: Request, task_id: TaskId, caller: Writer, serves: Serves) -> Response:
    request_id = exchange_of(request.scope).request_id
    task = await serves.use_cases.retry(caller.tenant, task_id, request_id, caller)
    headers = {"location": task_path(request, task.task_id)}
    return await task_answer(serves, request, task, 202, headers)


@router.delete(
    "/v1/tasks/{task_id}",
    status_code=204,
    summary="Forget an ended task: row, input, results",
)
async def delete(task_id: TaskId, caller: Writer, serves: Serves) -> Response:
    await serves.use_cases.delete(caller.tenant, task_id)
    return Response(status_code=204)


def _query(asked: ListQuery, tenant: str) -> TaskQuery:
    return TaskQuery(
        tenant=tenant,
        limit=asked.limit,
        before=id_of(asked.cursor) if asked.cursor is not None else None,
        status=asked.status,
        model=asked.model,
        batch_id=asked.batch_id,
        client_request_id=asked.client_request_id,
        created_after=asked.created_after.timestamp() if asked.created_after else None,
    )


def _link_header(request: Request, next_cursor: str | None) -> dict[str, str]:
    """RFC 8288: the same filters, the next page."""
    if next_cursor is None:
        return {}
    query = urlencode({**request.query_params, "cursor": next_cursor})
    return {"link": f'<{base_url(request)}/v1/tasks?{query}>; rel="next"'}
