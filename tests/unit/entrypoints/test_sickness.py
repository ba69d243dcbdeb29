"""The end of a process whose device failed."""

import asyncio
import io
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from dependency_injector import providers

from adapters.devices.memory import MemoryDeviceMeter
from adapters.inference.device_thread import DeviceThreadInference
from adapters.inference.memory import MemoryInference
from adapters.telemetry.memory import MemoryTelemetry
from adapters.workers.memory import MemoryWorkerRegistry
from domain.model.device import DeviceFacts
from domain.model.errors import (
    DarkroomError,
    DeviceFault,
    DeviceMissing,
    InvalidRequest,
    StorageUnavailable,
)
from domain.model.model_registry import ModelRegistry
from domain.model.wakeup import Verdict, Wakeup, wakeup_for
from domain.model.worker import WorkerInfo, WorkerState
from entrypoints.background import started
from entrypoints.worker.child import EXIT_CONFIGURATION, EXIT_UNAVAILABLE, status_of
from entrypoints.worker.heartbeat import Heartbeat
from entrypoints.worker.sickness import EXIT_SICK, Sickness, end_when_sick
from entrypoints.worker.watch import InHand
from entrypoints.worker.working import working
from tests.unit.use_cases.house import House
from tests.unit.use_cases.runners import EchoRunner

pytestmark = pytest.mark.anyio

WORKER = WorkerInfo(
    worker_id="w", host="h", pid=1, device="cuda:0", version="1", started_at=0, models=("echo",)
)
GPU = DeviceFacts(index=0, temperature_c=50)


class Ward:
    """A worker's parts around what its handler does, and how it ended."""

    def __init__(self, handle: Callable[[Wakeup], Awaitable[Verdict]]) -> None:
        self.ended, self.over = list[int](), threading.Event()
        self.sickness = Sickness(self.end, gone_by_s=0.01)
        self.in_hand = InHand(handle, lambda: 0.0, slots=2)
        self.registry, self.telemetry = MemoryWorkerRegistry(lambda: 7.0), MemoryTelemetry()
        self.models = ModelRegistry()
        self.models.register(EchoRunner)
        self.heartbeat = Heartbeat(
            self.registry, WORKER, self.models, self.in_hand, MemoryInference(self.models),
            MemoryDeviceMeter(GPU), self.telemetry,
        )  # fmt: skip

    def end(self, status: int) -> None:
        self.ended.append(status)
        self.over.set()

    async def shown(self) -> WorkerInfo:
        [worker] = await self.registry.alive()
        return worker


async def at_once(_wakeup: Wakeup) -> Verdict:
    return Verdict.ACK


async def a_wakeup() -> Wakeup:
    return wakeup_for((await House().submit()).task)


def test_the_process_ends_although_its_loop_hangs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nobody listens here at all: the timer alone does it."""
    ward = Ward(at_once)
    ward.sickness("The device failed: assert\n(CUDA error: assert\nand much more)")
    assert ward.over.wait(10)
    assert ward.ended == [EXIT_SICK]
    [line] = caplog.messages
    assert line.endswith("The device failed: assert (CUDA error: assert and much more)")


@pytest.mark.parametrize("told", ["before", "after"])
async def test_it_hears_of_a_fault_from_another_thread(told: str) -> None:
    sickness = Sickness(lambda _status: None)
    teller = threading.Thread(target=sickness, args=("assert",))
    if told == "before":
        teller.start()
    hearing = asyncio.create_task(sickness.heard())
    await asyncio.sleep(0)
    if told == "after":
        teller.start()
    await asyncio.wait_for(hearing, 10)
    teller.join()


async def test_who_cannot_say_it_on_stderr_ends_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr("sys.stderr", closed)
    sickness = Sickness(lambda _status: None)
    sickness("assert")
    await asyncio.wait_for(sickness.heard(), 10)


async def test_it_says_that_it_is_sick_before_it_goes() -> None:
    ward = Ward(at_once)
    await ward.heartbeat()
    assert await ward.shown() == replace(
        WORKER, state=WorkerState.READY, slots=2, gpu=GPU, seen_at=7.0
    )
    ward.sickness("assert")
    await end_when_sick(ward.sickness, ward.heartbeat, ward.in_hand)
    assert ward.ended[0] == EXIT_SICK
    assert (await ward.shown()).state is WorkerState.SICK
    await ward.heartbeat.drain()
    assert (await ward.shown()).state is WorkerState.SICK, "a drain does not make it well"


async def test_what_settles_in_time_is_waited_for_and_the_rest_goes_back() -> None:
    """As the queues do it: each message is handled by a task of its own."""
    settled, inside, release = list[str](), asyncio.Barrier(3), asyncio.Event()

    async def handle(wakeup: Wakeup) -> Verdict:
        await inside.wait()
        try:
            await (asyncio.Event() if wakeup.task_id == "slow" else release).wait()
        except asyncio.CancelledError:
            settled.append("handed back")
            raise
        settled.append("written")
        return Verdict.ACK

    ward, wakeup = Ward(handle), await a_wakeup()
    tasks = [
        asyncio.create_task(ward.in_hand(replace(wakeup, task_id=name))) for name in ("a", "slow")
    ]
    await inside.wait()
    assert ward.in_hand.count == 2
    release.set()
    await ward.in_hand.let_go(0.01)
    assert settled == ["written", "handed back"]
    assert (tasks[0].result(), tasks[1].cancelled()) == (Verdict.ACK, True)
    assert ward.in_hand.count == 0


async def test_each_beat_tells_the_metrics_too() -> None:
    ward = Ward(at_once)
    await ward.heartbeat()
    assert (ward.telemetry.gpu, ward.telemetry.loaded) == (GPU, ())


class Dying(EchoRunner):
    """Computed once, while it was loaded."""

    spec = replace(EchoRunner.spec, name="dying")

    def probe(self) -> None:
        raise DeviceFault


async def test_a_device_that_dies_idle_is_noticed_before_a_task_finds_out() -> None:
    ended, container = asyncio.Event(), House().container

    def end(_status: int) -> None:
        """As `os._exit`, it does not return."""
        if not ended.is_set():
            ended.set()
            raise asyncio.CancelledError

    container.models().register(Dying)
    sickness = Sickness(end)
    inference = DeviceThreadInference(container.models(), preload=True, on_sick=sickness, proof_s=0)
    container.override_providers(
        sickness=providers.Object(sickness), inference=providers.Object(inference)
    )
    async with started(container.lifetimes()), working(container):
        await asyncio.wait_for(ended.wait(), 10)
        [worker] = await container.workers().alive()
        assert worker.state is WorkerState.SICK


@pytest.mark.parametrize(
    ("error", "status"),
    [(DeviceFault(), EXIT_SICK), (DeviceMissing(), EXIT_CONFIGURATION),
     (StorageUnavailable(), EXIT_UNAVAILABLE), (InvalidRequest(), EXIT_CONFIGURATION)],
    ids=lambda value: type(value).__name__ if isinstance(value, DarkroomError) else str(value),
)  # fmt: skip
def test_a_start_that_fails_says_how(error: DarkroomError, status: int) -> None:
    assert status_of(error) == status
