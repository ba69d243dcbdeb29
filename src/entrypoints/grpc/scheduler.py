"""`imagegenx.SchedulerService` over the use cases that HTTP drives, too."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace

from darkroom.imagegenx import scheduler_pb2 as wire
from darkroom.imagegenx.scheduler_pb2_grpc import SchedulerServiceServicer
from domain.model.device import DeviceFacts
from domain.model.errors import FieldError, InvalidRequest
from domain.model.task import Task
from domain.model.worker import WorkerInfo
from entrypoints.grpc.calls import A, Call, Context, answered
from entrypoints.grpc.outcome import OK, SUCCESS
from entrypoints.grpc.requests import body_of, idempotency_key_of, metadata_of
from entrypoints.http.gateway import Gateway
from entrypoints.http.task_view import file_name, links_end_at
from entrypoints.imagegenx.submission import read_generate
from entrypoints.imagegenx.view import failure_of, links_of, progress_of, state_of

GB = 2**30


class Scheduler(SchedulerServiceServicer):
    """`public_url`: where this gateway's HTTP surface is, for links that are not whole."""

    def __init__(self, gateway: Gateway, public_url: str) -> None:
        self._gateway, self._public_url = gateway, public_url.rstrip("/")

    async def SubmitTask(  # noqa: N802 - the name on the wire
        self, request: wire.SubmitTaskRequest, context: Context
    ) -> wire.SubmitTaskResponse:
        async def submit(call: Call) -> wire.SubmitTaskResponse:
            caller = await call.admit(request.api_key, writes=True)
            asked = replace(
                read_generate(body_of(request), caller.tenant, self._gateway.models),
                client_request_id=idempotency_key_of(request), metadata=metadata_of(request),
                request_id=call.request_id, caller=caller,
            )  # fmt: skip
            submitted = await self._gateway.use_cases.submit(asked)
            call.told += [("idempotent-replayed", "true")] if submitted.replayed else []
            task_id = submitted.task.task_id
            return wire.SubmitTaskResponse(code=OK, message=SUCCESS, task_id=task_id)

        return await self._answered(context, "SubmitTask", submit, wire.SubmitTaskResponse)

    async def QueryTask(  # noqa: N802
        self, request: wire.QueryTaskRequest, context: Context
    ) -> wire.QueryTaskResponse:
        async def query(call: Call) -> wire.QueryTaskResponse:
            caller = await call.admit(request.api_key, writes=False)
            if not request.task_id:
                missing = FieldError("/task_id", "missing", "Name a task: task_id is empty.")
                raise InvalidRequest(missing.detail, errors=[missing])
            task = await self._gateway.use_cases.find(caller.tenant, request.task_id)
            status = await self._status(request.task_id, task)
            return wire.QueryTaskResponse(code=OK, message=SUCCESS, status=status)

        return await self._answered(context, "QueryTask", query, wire.QueryTaskResponse)

    async def QueryGPULoad(  # noqa: N802
        self, request: wire.QueryGPULoadRequest, context: Context
    ) -> wire.QueryGPULoadResponse:
        async def query(call: Call) -> wire.QueryGPULoadResponse:
            await call.admit(request.api_key, writes=False)
            loads = [_load(gpu) for gpu in _gpus(await self._gateway.workers.alive())]
            return wire.QueryGPULoadResponse(code=OK, message=SUCCESS, gpu_loads=loads)

        return await self._answered(context, "QueryGPULoad", query, wire.QueryGPULoadResponse)

    async def _answered(
        self,
        context: Context,
        name: str,
        work: Callable[[Call], Awaitable[A]],
        reply: Callable[..., A],
    ) -> A:
        return await answered(
            self._gateway, context, f"imagegenx.SchedulerService/{name}", work,
            lambda code, message: reply(code=code, message=message),
        )  # fmt: skip

    async def _status(self, asked_id: str, task: Task) -> wire.TaskStatus:
        status = wire.TaskStatus(
            task_id=asked_id, status=state_of(task), progress=progress_of(task),
            error_msg=failure_of(task, self._gateway.use_cases.fetch_result).error_msg,
        )  # fmt: skip
        if task.result is not None:
            ends_at = links_end_at(self._gateway, task)
            links = await links_of(
                task.result, lambda key: self._link(key, ends_at),
                fallback=f"{self._public_url}/v1/tasks/{task.task_id}/result",
            )  # fmt: skip
            status.original_url = links.original_url
            if links.thumb_url is not None:
                status.thumb_url = links.thumb_url
        return status

    async def _link(self, key: str, ends_at: float) -> str | None:
        found = await self._gateway.blobs.link(key, ends_at, file_name(key))
        return self._public_url + found if found and found.startswith("/") else found


def _gpus(workers: Sequence[WorkerInfo]) -> Iterator[DeviceFacts]:
    """Each GPU once, whatever number of workers it serves."""
    seen: set[object] = set()
    for worker in workers:
        gpu = worker.gpu
        if gpu is not None and (name := _name_of(worker, gpu)) not in seen:
            seen.add(name)
            yield gpu


def _name_of(worker: WorkerInfo, gpu: DeviceFacts) -> object:
    return gpu.uuid or (worker.host, worker.device)


def _load(gpu: DeviceFacts) -> wire.GPULoad:
    return wire.GPULoad(
        device_id=gpu.index or 0,
        utilization=gpu.utilisation_percent or 0,
        memory_used=(gpu.memory_used_bytes or 0) / GB,
        memory_total=(gpu.memory_total_bytes or 0) / GB,
    )
