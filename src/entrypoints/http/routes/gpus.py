"""How the GPUs are doing."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.responses import Response

from domain.model.device import DeviceFacts
from domain.model.worker import WorkerInfo
from entrypoints.http.answers import json_answer
from entrypoints.http.caller import Reader, Serves
from entrypoints.http.documents import GpuDocument, GpusDocument
from entrypoints.http.task_view import rfc3339

router = APIRouter(tags=["queues"])


@router.get(
    "/v1/gpus",
    summary="Read how the GPUs are doing, by worker",
    responses={200: {"model": GpusDocument, "description": "As of each worker's last beat."}},
)
async def gpus(caller: Reader, serves: Serves) -> Response:
    workers = await serves.workers.alive()
    shown = [_shown(one, one.gpu) for one in workers if one.gpu is not None]
    content: GpusDocument = {"data": shown, "note": None if shown else _why_none(workers)}
    return json_answer(content)


def _why_none(workers: Sequence[WorkerInfo]) -> str:
    if not workers:
        return "No worker runs."
    devices = ", ".join(sorted({worker.device for worker in workers}))
    return f"No worker runs on a GPU; {len(workers)} on: {devices}."


def _shown(worker: WorkerInfo, gpu: DeviceFacts) -> GpuDocument:
    return {
        "worker_id": worker.worker_id,
        "state": worker.state.value,
        "device": worker.device,
        "index": gpu.index,
        "uuid": gpu.uuid,
        "name": gpu.name,
        "utilisation_percent": gpu.utilisation_percent,
        "memory_used_bytes": gpu.memory_used_bytes,
        "memory_total_bytes": gpu.memory_total_bytes,
        "temperature_c": gpu.temperature_c,
        "power_w": gpu.power_w,
        "ecc_errors": gpu.ecc_errors,
        "reason": gpu.reason,
        "loaded_models": list(worker.loaded),
        "seen_at": rfc3339(worker.seen_at),
    }
