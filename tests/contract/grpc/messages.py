"""Messages and workers for the tests of gRPC."""

from typing import Any

from darkroom.imagegenx import scheduler_pb2 as wire
from domain.model.device import DeviceFacts
from domain.model.worker import WorkerInfo, WorkerState
from tests.contract.http.surface import KEY


def request(**fields: Any) -> wire.SubmitTaskRequest:
    return wire.SubmitTaskRequest(**{"api_key": KEY, "text": "a boat", **fields})


def worker(name: str, gpu: DeviceFacts | None) -> WorkerInfo:
    return WorkerInfo(
        worker_id=name, host="h", pid=1, device=name, version="1", started_at=0.0, gpu=gpu,
        state=WorkerState.READY,
    )  # fmt: skip
