"""The client in `darkroom.imagegenx`, against a real server."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import pytest

from darkroom.imagegenx.client import GpuLoad, Params, Scheduler
from darkroom.problem import DarkroomProblem
from domain.model.device import DeviceFacts
from tests.contract.grpc.messages import worker
from tests.contract.http.surface import KEY, Surface

pytestmark = pytest.mark.anyio

PATIENCE_S = 30.0


@pytest.fixture
async def scheduler(address: str) -> AsyncIterator[Scheduler]:
    with Scheduler(address, KEY) as scheduler:
        yield scheduler


async def called(call: Callable[..., Any], *given: object, **named: object) -> Any:
    """It waits for its answer, so it waits beside the loop that serves it."""
    return await asyncio.wait_for(asyncio.to_thread(call, *given, **named), PATIENCE_S)


async def test_submit_query_and_the_end(scheduler: Scheduler, surface: Surface) -> None:
    task_id = await called(scheduler.submit, "a boat", params=Params(steps=3), task_id="mine-1")
    waiting = await called(scheduler.query, "mine-1")
    assert (waiting.status, waiting.progress, waiting.ended) == ("waiting", 0, False)
    assert (waiting.original_url, waiting.thumb_url, waiting.error_msg) == (None, None, None)
    await surface.work(task_id)
    done = await called(scheduler.query, task_id)
    assert (done.status, done.progress, done.ended) == ("success", 100, True)
    assert done.original_url
    task = await surface.store.get(task_id)
    assert task is not None
    assert task.request.params["steps"] == 3


async def test_the_gpus(scheduler: Scheduler, surface: Surface) -> None:
    assert await called(scheduler.gpu_loads) == ()
    await surface.gateway.workers.beat(
        worker("a", DeviceFacts(index=2, utilisation_percent=50, memory_total_bytes=2**30))
    )
    assert await called(scheduler.gpu_loads) == (GpuLoad(2, 50.0, 0.0, 1.0),)


async def test_a_refusal_is_a_problem_with_the_codes_of_the_catalogue(
    scheduler: Scheduler,
) -> None:
    with pytest.raises(DarkroomProblem) as refused:
        await called(scheduler.submit, "a boat", model_type="nothing")
    assert (refused.value.code, refused.value.status) == ("unknown_model", 422)
    assert refused.value.detail.startswith("No model is named 'nothing'")
    assert refused.value.request_id
    assert not refused.value.retryable


async def test_a_server_that_is_not_there() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        scheduler = Scheduler(f"127.0.0.1:{nobody.getsockname()[1]}", KEY)
        with scheduler, pytest.raises(DarkroomProblem) as refused:
            await called(scheduler.query, "x")
    assert (refused.value.code, refused.value.retryable) == ("unreachable", True)


async def test_a_server_that_is_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the connection and says nothing."""
    monkeypatch.setattr("darkroom.imagegenx.client.QUERY_S", 0.05)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with (
            Scheduler(f"127.0.0.1:{silent.getsockname()[1]}", KEY) as scheduler,
            pytest.raises(DarkroomProblem, match="DEADLINE_EXCEEDED") as refused,
        ):
            await called(scheduler.query, "x")
    assert refused.value.code == "unreachable"


async def test_a_channel_of_ones_own_stays_open(address: str) -> None:
    with grpc.insecure_channel(address) as channel:
        for _ in range(2):
            with Scheduler("", KEY, channel=channel) as scheduler:
                assert await called(scheduler.gpu_loads) == ()
