"""A small synchronous client of ImageGenX's scheduler, over gRPC."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import grpc

from darkroom.imagegenx import scheduler_pb2 as wire
from darkroom.imagegenx.scheduler_pb2_grpc import SchedulerServiceStub
from darkroom.problem import UNREACHABLE, DarkroomProblem

OK = 200
SUBMIT_S, QUERY_S = 5.0, 3.0
"""How long a call may take. A submit that took longer may still have been accepted: repeat it with
the same `task_id`."""

Params = wire.TaskParams
PostProcess = wire.PostProcess
Watermark = wire.Watermark


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """`status`: waiting, processing, success or failed."""

    task_id: str
    status: str
    progress: int
    original_url: str | None
    thumb_url: str | None
    error_msg: str | None

    @property
    def ended(self) -> bool:
        return self.status in ("success", "failed")


@dataclass(frozen=True, slots=True)
class GpuLoad:
    """`utilization` in percent, memory in GB of 2^30 bytes."""

    device_id: int
    utilization: float
    memory_used: float
    memory_total: float


class Scheduler:
    """A server's gRPC door at `address` (host:port), for one key. Every method raises
    `DarkroomProblem`.

        with Scheduler("127.0.0.1:50051", key) as scheduler:
            task_id = scheduler.submit("a lighthouse", task_id="mine-1", params=Params(steps=30))
            status = scheduler.query(task_id)
    """

    def __init__(self, address: str, api_key: str, *, channel: grpc.Channel | None = None) -> None:
        """`channel`: one of your own, with TLS for instance; it stays yours to close."""
        self._own = None if channel else grpc.insecure_channel(address)
        self._api_key = api_key
        self._stub = SchedulerServiceStub(channel or self._own)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back."""
        if self._own is not None:
            self._own.close()

    def submit(
        self,
        text: str = "",
        *,
        model_type: str = "",
        params: wire.TaskParams | None = None,
        image_url: str | None = None,
        mask_url: str | None = None,
        control_image_url: str | None = None,
        task_id: str = "",
        user_id: str = "",
    ) -> str:
        """Ask for a picture; the id of its task. Two submits with one `task_id` are one task."""
        request = wire.SubmitTaskRequest(
            task_id=task_id, user_id=user_id, api_key=self._api_key, model_type=model_type,
            text=text, params=params, image_url=image_url, mask_url=mask_url,
            control_image_url=control_image_url,
        )  # fmt: skip
        answer: wire.SubmitTaskResponse = _called(self._stub.SubmitTask, request, SUBMIT_S)
        return answer.task_id

    def query(self, task_id: str) -> TaskStatus:
        """What became of a task, by the id `submit` gave, or by your own."""
        request = wire.QueryTaskRequest(task_id=task_id, api_key=self._api_key)
        answer: wire.QueryTaskResponse = _called(self._stub.QueryTask, request, QUERY_S)
        found = answer.status
        return TaskStatus(
            task_id=found.task_id,
            status=found.status,
            progress=found.progress,
            original_url=found.original_url or None,
            thumb_url=found.thumb_url or None,
            error_msg=found.error_msg or None,
        )

    def gpu_loads(self) -> Sequence[GpuLoad]:
        """How the GPUs are doing; none where the workers have none."""
        request = wire.QueryGPULoadRequest(api_key=self._api_key)
        answer: wire.QueryGPULoadResponse = _called(self._stub.QueryGPULoad, request, QUERY_S)
        return tuple(
            GpuLoad(one.device_id, one.utilization, one.memory_used, one.memory_total)
            for one in answer.gpu_loads
        )


def _called(rpc: Any, request: object, timeout_s: float) -> Any:
    try:
        answer, call = rpc.with_call(request, timeout=timeout_s)
    except grpc.RpcError as error:
        raise _unreachable(error) from error
    if answer.code != OK:
        raise _problem(answer, dict(call.trailing_metadata() or ()))
    return answer


def _unreachable(error: Any) -> DarkroomProblem:
    """Darkroom itself never ends a call otherwise than with OK."""
    return DarkroomProblem(
        UNREACHABLE, f"{error.code().name}: {error.details()}",
        remedy="Check the address, and that the server runs with GRPC_ENABLED=1.", retryable=True,
    )  # fmt: skip


def _problem(answer: Any, told: dict[str, Any]) -> DarkroomProblem:
    code, _, detail = answer.message.partition(": ")
    return DarkroomProblem(
        code, detail, status=answer.code, request_id=told.get("x-request-id"),
        retryable=answer.code in (429, 500),
    )  # fmt: skip
