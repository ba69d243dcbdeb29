"""Asking for many pictures at once, and how far they are."""

import asyncio
from dataclasses import replace

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from entrypoints.http.batch_id import BatchId
from entrypoints.http.caller import Reader, Serves, Writer
from entrypoints.http.exchange import exchange_of
from entrypoints.http.idempotency_key import idempotency_key
from entrypoints.http.imagegenx.documents import (
    BatchData,
    BatchEnvelope,
    BatchGenerateData,
    BatchGenerateEnvelope,
)
from entrypoints.http.imagegenx.envelope import PATH, enveloped
from entrypoints.http.imagegenx.task_data import task_data
from entrypoints.http.json_body import read_object
from entrypoints.http.openapi import BATCH_GENERATE_BODY
from entrypoints.http.task_view import base_url
from entrypoints.http.validation import validated
from entrypoints.imagegenx.bodies import BatchGenerateBody
from entrypoints.imagegenx.submission import read_batch
from entrypoints.imagegenx.view import state_of, state_of_batch

router = APIRouter(tags=["ImageGenX"])


@router.post(
    PATH + "batch-generate",
    summary="Ask for a picture of each of up to 20 texts",
    openapi_extra=BATCH_GENERATE_BODY,
    responses={200: {"model": BatchGenerateEnvelope, "description": "Accepted, now or before."}},
)
async def batch_generate(request: Request, caller: Writer, serves: Serves) -> Response:
    key = idempotency_key(request.headers)
    body = validated(BatchGenerateBody, await read_object(request))
    asked = replace(
        read_batch(body, caller.tenant, serves.models),
        client_request_id=key, request_id=exchange_of(request.scope).request_id, caller=caller,
    )  # fmt: skip
    submitted = await serves.use_cases.submit_batch(asked)
    batch = submitted.batch
    tasks = await serves.use_cases.list_batch(batch)
    data: BatchGenerateData = {
        "batch_id": batch.batch_id,
        "total": batch.counts.total,
        "status": state_of_batch(batch.counts),
        "progress": batch.counts.progress,
        "query_url": f"{base_url(request)}{PATH}batch-task/{batch.batch_id}",
        "tasks": [{"task_id": task.task_id, "status": state_of(task)} for task in tasks],
    }
    return enveloped(data, headers={"idempotent-replayed": "true"} if submitted.replayed else {})


@router.get(
    PATH + "batch-task/{batch_id}",
    summary="Read how far the pictures of a batch are",
    responses={200: {"model": BatchEnvelope, "description": "`code` 200 whatever became of them."}},
)
async def batch_task(
    request: Request, batch_id: BatchId, caller: Reader, serves: Serves
) -> Response:
    batch = await serves.use_cases.get_batch(caller.tenant, batch_id)
    tasks = await serves.use_cases.list_batch(batch)
    counts = batch.counts
    data: BatchData = {
        "batch_id": batch.batch_id,
        "total": counts.total,
        "success_count": counts.succeeded,
        "failed_count": counts.failed + counts.canceled,
        "waiting_count": counts.pending,
        "progress": counts.progress,
        "tasks": list(await asyncio.gather(*(task_data(serves, request, one) for one in tasks))),
    }
    return enveloped(data)
