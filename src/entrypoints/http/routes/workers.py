"""Who works."""

from fastapi import APIRouter
from starlette.responses import Response

from domain.model.worker import WorkerInfo
from entrypoints.http.answers import json_answer
from entrypoints.http.caller import Reader, Serves
from entrypoints.http.documents import WorkerDocument, WorkersDocument
from entrypoints.http.task_view import rfc3339

router = APIRouter(tags=["queues"])


@router.get(
    "/v1/workers",
    summary="List the live workers with their models",
    responses={
        200: {"model": WorkersDocument, "description": "By id; who misses three beats is gone."}
    },
)
async def workers(caller: Reader, serves: Serves) -> Response:
    content: WorkersDocument = {"data": [_shown(one) for one in await serves.workers.alive()]}
    return json_answer(content)


def _shown(worker: WorkerInfo) -> WorkerDocument:
    return {
        "worker_id": worker.worker_id,
        "device": worker.device,
        "state": worker.state.value,
        "models": list(worker.models),
        "loaded_models": list(worker.loaded),
        "in_flight": worker.in_flight,
        "slots": worker.slots,
        "started_at": rfc3339(worker.started_at),
        "seen_at": rfc3339(worker.seen_at),
    }
