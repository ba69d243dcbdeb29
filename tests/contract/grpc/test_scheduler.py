"""`imagegenx.SchedulerService`: gRPC's status is always OK, the outcome is in `code`."""

from dataclasses import replace
from typing import Any

import grpc
import pytest

from adapters.tracing.memory import MemoryTracing
from darkroom.imagegenx import scheduler_pb2 as wire
from darkroom.imagegenx.scheduler_pb2_grpc import SchedulerServiceStub
from domain.model.device import DeviceFacts
from domain.model.events import LoopFailed, RequestServed
from domain.model.task import TaskStatus
from entrypoints.grpc.server import serving
from tests.contract.grpc.messages import request, worker
from tests.contract.http.surface import KEY, OTHER_KEY, PUBLIC_URL, Surface
from tests.contract.painting import KNOWN, painting

pytestmark = pytest.mark.anyio


async def submitted(stub: SchedulerServiceStub, **fields: Any) -> str:
    answer = await stub.SubmitTask(request(**fields))
    assert (answer.code, answer.message) == (200, "success")
    task_id: str = answer.task_id
    return task_id


async def queried(stub: SchedulerServiceStub, task_id: str, key: str = KEY) -> Any:
    return await stub.QueryTask(wire.QueryTaskRequest(task_id=task_id, api_key=key))


async def test_a_task_waits(stub: SchedulerServiceStub) -> None:
    task_id = await submitted(stub)
    answer = await queried(stub, task_id)
    assert (answer.code, answer.message) == (200, "success")
    assert answer.status == wire.TaskStatus(task_id=task_id, status="waiting", progress=0)
    assert not answer.status.HasField("original_url")


async def test_nothing_said_means_the_defaults(
    stub: SchedulerServiceStub, surface: Surface
) -> None:
    """proto3 sends neither 0 nor "": both stand for the default, also inside messages."""
    silent = wire.TaskParams(lora_name="", lora_weight=0.0, post_process=wire.PostProcess())
    for params in (None, wire.TaskParams(), silent):
        task = await surface.store.get(await submitted(stub, params=params))
        assert task is not None
        assert (task.request.model, task.request.params) == ("paint", KNOWN)
        assert (task.request.output.format, task.request.output.watermark) == ("webp", None)


async def test_what_is_said_goes_to_the_model_and_to_the_output(
    stub: SchedulerServiceStub, surface: Surface
) -> None:
    mark = wire.Watermark(enable=True, text="© A", color="1,2,3", transparency=0.1)
    params = wire.TaskParams(
        resolution="64x64", steps=3, cfg_scale=7.1, sampler="DDIM", lora_name="ink",
        post_process=wire.PostProcess(watermark=mark),
    )  # fmt: skip
    task = await surface.store.get(await submitted(stub, params=params, model_type="paint"))
    assert task is not None
    assert task.request.params == {
        "resolution": "64x64", "steps": 3, "cfg_scale": 7.1, "sampler": "DDIM", "lora_name": "ink",
    }  # fmt: skip
    written = task.request.output.watermark
    assert written is not None
    assert (written.text, written.color, written.transparency) == ("© A", (1, 2, 3), 0.1)
    assert (written.position, written.font) == ("bottom-right", None)


async def test_pictures_by_their_addresses(stub: SchedulerServiceStub, surface: Surface) -> None:
    task_id = await submitted(stub, text="", model_type="invert", image_url=PUBLIC_URL)
    task = await surface.store.get(task_id)
    assert task is not None
    assert task.request.pictures["image"].url == PUBLIC_URL


async def test_the_user_is_recorded(stub: SchedulerServiceStub, surface: Surface) -> None:
    task = await surface.store.get(await submitted(stub, user_id="user-7"))
    assert task is not None
    assert task.request.metadata == {"user_id": "user-7"}


async def test_the_callers_id_makes_a_repeated_call_one_task(stub: SchedulerServiceStub) -> None:
    first = await submitted(stub, task_id="mine/1")
    assert await submitted(stub, task_id="mine/1") == first
    other = await stub.SubmitTask(request(task_id="mine/1", text="a ship"))
    assert other.code == 422
    assert other.message.startswith("idempotency_mismatch: ")
    assert not other.HasField("task_id")


async def test_a_replay_is_told_beside_the_answer(stub: SchedulerServiceStub) -> None:
    told = []
    for _ in range(2):
        call = stub.SubmitTask(request(task_id="mine-1"))
        await call
        told.append(dict(await call.trailing_metadata()))
    assert [each.get("idempotent-replayed") for each in told] == [None, "true"]
    assert all(each["x-request-id"] for each in told)


async def test_a_task_is_found_by_either_id(stub: SchedulerServiceStub) -> None:
    """Whoever makes the ids asks by them."""
    for own in ("mine-1", "mine/2"):
        task_id = await submitted(stub, task_id=own)
        for name in (own, task_id):
            answer = await queried(stub, name)
            assert (answer.code, answer.status.task_id) == (200, name)
            assert answer.status.status == "waiting"


async def test_the_finished_picture(stub: SchedulerServiceStub, surface: Surface) -> None:
    task_id = await submitted(stub)
    await surface.work(task_id)
    status = (await queried(stub, task_id)).status
    assert (status.status, status.progress) == ("success", 100)
    assert not status.HasField("error_msg")
    async with surface.client(key=None) as stranger:
        for url in (status.original_url, status.thumb_url):
            file = await stranger.get(url)
            assert (file.status_code, file.headers["content-type"]) == (200, "image/webp")


async def test_storage_that_cannot_link_leaves_the_address_that_wants_a_key(
    stub: SchedulerServiceStub, surface: Surface, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_link(*_: object) -> None:
        return None

    monkeypatch.setattr(surface.gateway.blobs, "link", no_link)
    task_id = await submitted(stub)
    await surface.work(task_id)
    status = (await queried(stub, task_id)).status
    assert status.original_url == f"http://test/v1/tasks/{task_id}/result"
    assert not status.HasField("thumb_url")


async def test_a_failed_task_was_found_all_the_same(
    stub: SchedulerServiceStub, surface: Surface
) -> None:
    task_id = await submitted(stub, text="fail")
    await surface.work(task_id)
    answer = await queried(stub, task_id)
    assert answer.code == 200
    assert (answer.status.status, answer.status.progress) == ("failed", 100)
    assert answer.status.error_msg == "The brush broke."


async def test_a_task_canceled_elsewhere_failed(
    stub: SchedulerServiceStub, surface: Surface
) -> None:
    task_id = await submitted(stub)
    await surface.gateway.use_cases.cancel("a", task_id)
    status = (await queried(stub, task_id)).status
    assert status.status == "failed"
    assert "canceled" in status.error_msg


async def test_a_running_task_is_processing(stub: SchedulerServiceStub, surface: Surface) -> None:
    task_id = await submitted(stub)
    task = await surface.store.get(task_id)
    assert task is not None
    running = replace(task, status=TaskStatus.STARTED, revision=2, progress=40)
    assert await surface.store.replace(running, 1)
    status = (await queried(stub, task_id)).status
    assert (status.status, status.progress) == ("processing", 40)


@pytest.mark.parametrize("key", ["", "  ", "wrong"])
async def test_without_a_key_that_opens_nothing_is_done(
    stub: SchedulerServiceStub, key: str
) -> None:
    answers = [
        await stub.SubmitTask(request(api_key=key)),
        await queried(stub, "x", key),
        await stub.QueryGPULoad(wire.QueryGPULoadRequest(api_key=key)),
    ]
    assert [answer.code for answer in answers] == [401, 401, 401]
    assert {answer.message.partition(":")[0] for answer in answers} == {"invalid_api_key"}


async def test_another_tenants_task_is_no_task(stub: SchedulerServiceStub) -> None:
    task_id = await submitted(stub, task_id="mine-1")
    answers = [await queried(stub, name, OTHER_KEY) for name in (task_id, "mine-1", "nobodys")]
    assert {(answer.code, answer.message) for answer in answers} == {
        (404, "task_not_found: No task has this id.")
    }
    assert not answers[0].HasField("status")


async def test_a_deleted_task_is_404(stub: SchedulerServiceStub, surface: Surface) -> None:
    task_id = await submitted(stub, task_id="mine-1")
    await surface.gateway.use_cases.cancel("a", task_id)
    await surface.gateway.use_cases.delete("a", task_id)
    assert (await queried(stub, task_id)).message.startswith("task_gone: ")
    assert [(await queried(stub, name)).code for name in (task_id, "mine-1")] == [404, 404]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"model_type": "nothing"}, "unknown_model"),
        ({"text": ""}, "invalid_request"),
        ({"task_id": "a b"}, "invalid_request"),
        ({"task_id": "x" * 256}, "invalid_request"),
        ({"user_id": "a\nb"}, "invalid_request"),
        ({"mask_url": PUBLIC_URL}, "invalid_request"),
        ({"model_type": "invert", "text": "", "image_url": "http://127.0.0.1/"}, "url_not_allowed"),
        ({"params": wire.TaskParams(cfg_scale=float("nan"))}, "invalid_request"),
        ({"params": wire.TaskParams(cfg_scale=float("inf"))}, "invalid_request"),
        ({"params": wire.TaskParams(lora_weight=1.5)}, "invalid_request"),
        ({"params": wire.TaskParams(post_process=wire.PostProcess(super_resolution="3x"))},
         "invalid_request"),
        ({"params": wire.TaskParams(post_process=wire.PostProcess(super_resolution="2x"))},
         "not_supported"),
        ({"params": wire.TaskParams(post_process=wire.PostProcess(
            watermark=wire.Watermark(enable=True)))}, "invalid_request"),
    ],
)  # fmt: skip
async def test_a_wrong_value_is_422_and_queues_nothing(
    stub: SchedulerServiceStub, surface: Surface, fields: dict[str, Any], code: str
) -> None:
    answer = await stub.SubmitTask(request(**fields))
    assert (answer.code, answer.message.partition(":")[0]) == (422, code)
    assert sum((await surface.container.queue().depth()).values()) == 0


async def test_a_query_for_nothing(stub: SchedulerServiceStub) -> None:
    answer = await queried(stub, "")
    assert (answer.code, answer.message.partition(":")[0]) == (422, "invalid_request")


async def test_a_key_that_asks_too_much_hears_when_to_come_again() -> None:
    surface = Surface(models=painting(), rate_limit_per_minute=1)
    async with (
        serving(surface.gateway, "127.0.0.1", 0, "http://test") as port,
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):
        stub = SchedulerServiceStub(channel)
        await submitted(stub)
        call = stub.SubmitTask(request())
        answer, told = await call, dict(await call.trailing_metadata())
    assert (answer.code, answer.message.partition(":")[0]) == (429, "rate_limited")
    assert told["error-code"] == "rate_limited"
    assert int(told["retry-after"]) >= 1


async def test_of_the_unforeseen_the_caller_learns_nothing(
    stub: SchedulerServiceStub, surface: Surface, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("/secret/path")

    monkeypatch.setattr(surface.store, "insert_once", broken)
    answer = await stub.SubmitTask(request())
    assert (answer.code, answer.message.partition(":")[0]) == (500, "internal_error")
    assert "secret" not in answer.message
    [told] = surface.told(LoopFailed)
    assert "/secret/path" in told.text


async def test_every_call_is_told_to_telemetry(
    stub: SchedulerServiceStub, surface: Surface
) -> None:
    await submitted(stub)
    await queried(stub, "x", "wrong")
    told = [(e.method, e.route, e.status, e.tenant) for e in surface.told(RequestServed)]
    assert told == [
        ("GRPC", "imagegenx.SchedulerService/SubmitTask", 200, "a"),
        ("GRPC", "imagegenx.SchedulerService/QueryTask", 401, None),
    ]


async def test_how_the_gpus_are_doing(stub: SchedulerServiceStub, surface: Surface) -> None:
    busy = DeviceFacts(
        index=1, uuid="GPU-1", utilisation_percent=87, memory_used_bytes=3 * 2**30,
        memory_total_bytes=24 * 2**30,
    )  # fmt: skip
    slice_ = DeviceFacts(index=0, memory_total_bytes=2**30)
    for one in (worker("a", busy), worker("b", busy), worker("c", slice_), worker("d", None)):
        await surface.gateway.workers.beat(one)
    answer = await stub.QueryGPULoad(wire.QueryGPULoadRequest(api_key=KEY))
    assert answer.code == 200
    assert list(answer.gpu_loads) == [
        wire.GPULoad(device_id=1, utilization=87, memory_used=3, memory_total=24),
        wire.GPULoad(device_id=0, utilization=0, memory_used=0, memory_total=1),
    ]


async def test_without_a_gpu_there_is_nothing_to_tell(stub: SchedulerServiceStub) -> None:
    answer = await stub.QueryGPULoad(wire.QueryGPULoadRequest(api_key=KEY))
    assert (answer.code, list(answer.gpu_loads)) == (200, [])


async def test_a_callers_trace_goes_on() -> None:
    tracing = MemoryTracing()
    surface = Surface(models=painting(), gateway={"tracing": tracing})
    trace = (("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),)
    async with (
        serving(surface.gateway, "127.0.0.1", 0, PUBLIC_URL) as port,
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):
        await SchedulerServiceStub(channel).SubmitTask(request(), metadata=trace)
    [span] = tracing.spans
    assert (span.name, span.kind) == ("imagegenx.SchedulerService/SubmitTask", "server")
    assert span.trace_id == "0af7651916cd43dd8448eb211c80319c"
    assert span.facts["darkroom.code"] == 200
