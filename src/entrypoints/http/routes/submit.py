"""Accepting tasks."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from domain.model.errors import Unavailable
from domain.model.task import Task
from entrypoints.http.caller import gateway, writer
from entrypoints.http.documents import TaskDocument
from entrypoints.http.exchange import exchange_of
from entrypoints.http.gateway import Gateway
from entrypoints.http.idempotency_key import idempotency_key
from entrypoints.http.json_body import read_object
from entrypoints.http.openapi import SUBMIT_BODY
from entrypoints.http.plain_route import PlainRoute
from entrypoints.http.submission import read_submission
from entrypoints.http.task_view import task_answer, task_path
from entrypoints.http.waiting import preferred_wait_s, while_there

router = APIRouter(tags=["tasks"], route_class=PlainRoute)


@router.post(
    "/v1/tasks",
    status_code=202,
    summary="Submit a task",
    openapi_extra=SUBMIT_BODY,
    responses={
        202: {"model": TaskDocument, "description": "Accepted; `Location` names the task."},
        200: {
            "model": TaskDocument,
            "description": "Accepted before (`Idempotent-Replayed: true`), or ended within the "
            "`Prefer: wait=N` seconds.",
        },
    },
)
async def submit(request: Request) -> Response:
    caller, serves = await writer(request), await gateway(request)
    key = idempotency_key(request.headers)
    body = await read_object(request)
    request_id = exchange_of(request.scope).request_id
    submitted = await serves.use_cases.submit(read_submission(body, caller, key, request_id))
    task, done = submitted.task, submitted.replayed
    headers = {"location": task_path(request, task.task_id)}
    if submitted.replayed:
        headers["idempotent-replayed"] = "true"
    if wait_s := preferred_wait_s(request.headers):
        headers["preference-applied"] = f"wait={wait_s}"
        task = await _waited(serves, request, task, wait_s)
        done = done or task.terminal
    return await task_answer(serves, request, task, 200 if done else 202, headers)


async def _waited(serves: Gateway, request: Request, task: Task, wait_s: float) -> Task:
    """The task some time later. It is accepted whatever befalls the waiting, so the caller
    learns its id in any case."""
    try:
        getting = serves.use_cases.get(task.tenant, task.task_id, wait_s, seen=task)
        return await while_there(request, getting)
    except Unavailable:
        return task
