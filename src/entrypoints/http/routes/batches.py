"""Many tasks as one: submit, watch, cancel."""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from domain.model.batch import Batch
from entrypoints.http.batch_documents import (
    AcceptedBatchDocument,
    BatchDocument,
    BatchTaskDocument,
)
from entrypoints.http.batch_id import BatchId
from entrypoints.http.batch_submission import read_batch
from entrypoints.http.batch_view import batch_answer, batch_path
from entrypoints.http.caller import Reader, Serves, Writer
from entrypoints.http.exchange import exchange_of
from entrypoints.http.gateway import Gateway
from entrypoints.http.idempotency_key import idempotency_key
from entrypoints.http.json_body import read_value
from entrypoints.http.openapi import BATCH_BODY

router = APIRouter(tags=["batches"])


@router.post(
    "/v1/batches",
    status_code=202,
    summary="Submit many tasks as one",
    openapi_extra=BATCH_BODY,
    responses={
        202: {"model": AcceptedBatchDocument, "description": "All are accepted; `tasks` as sent."},
        200: {"model": AcceptedBatchDocument, "description": "Accepted before."},
    },
)
async def submit(request: Request, caller: Writer, serves: Serves) -> Response:
    key = idempotency_key(request.headers)
    body = await read_value(request)
    request_id = exchange_of(request.scope).request_id
    asked = await asyncio.to_thread(read_batch, body, caller, key, request_id)
    submitted = await serves.use_cases.submit_batch(asked)
    batch = submitted.batch
    headers = {"location": batch_path(request, batch.batch_id)}
    if submitted.replayed:
        headers["idempotent-replayed"] = "true"
    status = 200 if submitted.replayed else 202
    return batch_answer(request, batch, status, headers, tasks=await _tasks(serves, batch))


@router.get(
    "/v1/batches/{batch_id}",
    summary="Read how far a batch is",
    responses={200: {"model": BatchDocument, "description": "`Retry-After` while pending."}},
)
async def get_batch(
    request: Request, batch_id: BatchId, caller: Reader, serves: Serves
) -> Response:
    return batch_answer(request, await serves.use_cases.get_batch(caller.tenant, batch_id))


@router.post(
    "/v1/batches/{batch_id}/cancel",
    summary="Cancel what is left of a batch",
    responses={
        200: {"model": BatchDocument, "description": "Every task has ended."},
        202: {"model": BatchDocument, "description": "Some run: workers have to stop first."},
    },
)
async def cancel(request: Request, batch_id: BatchId, caller: Writer, serves: Serves) -> Response:
    batch = await serves.use_cases.cancel_batch(caller.tenant, batch_id)
    return batch_answer(request, batch, 200 if batch.ended else 202)


async def _tasks(serves: Gateway, batch: Batch) -> list[BatchTaskDocument]:
    return [
        {"task_id": task.task_id, "custom_id": task.custom_id}
        for task in await serves.use_cases.list_batch(batch)
    ]
