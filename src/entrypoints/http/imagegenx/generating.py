"""Asking for a picture, and for what became of it."""

from dataclasses import replace

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from entrypoints.http.caller import Reader, Serves, Writer
from entrypoints.http.exchange import exchange_of
from entrypoints.http.idempotency_key import idempotency_key
from entrypoints.http.imagegenx.documents import GenerateData, GenerateEnvelope, TaskEnvelope
from entrypoints.http.imagegenx.envelope import FAILED, OK, PATH, enveloped
from entrypoints.http.imagegenx.task_data import task_data
from entrypoints.http.json_body import read_object
from entrypoints.http.openapi import GENERATE_BODY
from entrypoints.http.task_id import TaskId
from entrypoints.http.task_view import base_url
from entrypoints.http.validation import validated
from entrypoints.imagegenx.bodies import GenerateBody
from entrypoints.imagegenx.submission import read_generate
from entrypoints.imagegenx.view import progress_of, state_of

router = APIRouter(tags=["ImageGenX"])


@router.post(
    PATH + "generate",
    summary="Ask for a picture",
    openapi_extra=GENERATE_BODY,
    responses={200: {"model": GenerateEnvelope, "description": "Accepted, now or before."}},
)
async def generate(request: Request, caller: Writer, serves: Serves) -> Response:
    key = idempotency_key(request.headers)
    body = validated(GenerateBody, await read_object(request))
    asked = replace(
        read_generate(body, caller.tenant, serves.models),
        client_request_id=key, request_id=exchange_of(request.scope).request_id, caller=caller,
    )  # fmt: skip
    submitted = await serves.use_cases.submit(asked)
    task = submitted.task
    data: GenerateData = {
        "task_id": task.task_id,
        "status": state_of(task),
        "progress": progress_of(task),
        "query_url": f"{base_url(request)}{PATH}task/{task.task_id}",
    }
    return enveloped(data, headers={"idempotent-replayed": "true"} if submitted.replayed else {})


@router.get(
    PATH + "task/{task_id}",
    summary="Read what became of a picture",
    responses={200: {"model": TaskEnvelope, "description": "`code` 500 where it failed."}},
)
async def task(request: Request, task_id: TaskId, caller: Reader, serves: Serves) -> Response:
    found = await serves.use_cases.get(caller.tenant, task_id)
    data = await task_data(serves, request, found)
    if data["status"] == "failed":
        return enveloped(data, FAILED, data["error_msg"] or "failed")
    return enveloped(data, OK)
