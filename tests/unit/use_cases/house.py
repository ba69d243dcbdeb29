"""The embedded service without its loops: tests take each step by hand, on a clock they set."""

import asyncio
import base64
import io
from collections.abc import Callable
from typing import Any

from dependency_injector import providers
from PIL import Image

from adapters.inference.device_thread import DeviceThreadInference
from adapters.queue.memory import MemoryQueue
from adapters.telemetry.memory import MemoryTelemetry
from domain.model.task import Task
from domain.model.wakeup import Verdict, wakeup_for
from domain.use_cases.read_submission import Submission
from domain.use_cases.submit_task import Submitted
from entrypoints.container.embedded import EmbeddedContainer, build_embedded
from entrypoints.settings import Settings
from tests.unit.use_cases.runners import EchoRunner, GateRunner


def png(width: int = 4, height: int = 3, color: str = "teal") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), color).save(file, "PNG")
    return file.getvalue()


class Clock:
    def __init__(self, at: float = 1_800_000_000.0) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


class House:
    """`container` is wired as `APP_ENV=TEST`, with a device thread, a set clock, events kept."""

    def __init__(self, queue: MemoryQueue | None = None, **settings: Any) -> None:
        GateRunner.reset()
        self.clock = Clock()
        self.telemetry = MemoryTelemetry()
        self.hung = asyncio.Event()
        self.container = self._wired(Settings(_env_file=None, app_env="TEST", **settings))
        if queue is not None:
            self.container.override_providers(queue=providers.Object(queue))

    def _wired(self, settings: Settings) -> EmbeddedContainer:
        container = build_embedded(settings)
        container.models().register(EchoRunner)
        container.models().register(GateRunner)
        container.override_providers(
            now=providers.Object(self.clock),
            draw=providers.Object(lambda: 0.5),
            telemetry=providers.Object(self.telemetry),
            inference=providers.Object(DeviceThreadInference(container.models())),
            on_hung=providers.Object(lambda task: self.hung.set()),
            listen_s=providers.Object(0.005),
        )
        return container

    async def submit(
        self, model: str = "echo", tenant: str = "default", **fields: Any
    ) -> Submitted:
        fields.setdefault("input", {"image_base64": inline(png())})
        submission = Submission(tenant=tenant, model=model, **fields)
        return await self.container.use_cases().submit(submission)

    async def process(self, task: Task) -> Verdict:
        return await self.container.process()(wakeup_for(task))

    async def task(self, task: Task) -> Task:
        found = await self.container.store().get(task.task_id)
        assert found is not None
        return found

    async def started(self, task: Task) -> "asyncio.Task[Verdict]":
        """The processing of a gate task, once it stands at its gate."""
        running = asyncio.create_task(self.process(task))
        assert await asyncio.to_thread(GateRunner.running.wait, 10)
        return running

    async def until(self, task: Task, holds: Callable[[Task], bool]) -> Task:
        """The task once it is as expected. The ledger has no events, so this looks again."""
        async with asyncio.timeout(10):
            while not holds(seen := await self.task(task)):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        return seen

    async def waiting(self) -> int:
        return sum((await self.container.queue().depth()).values())

    def told(self, kind: type) -> list[Any]:
        return [event for event in self.telemetry.events if isinstance(event, kind)]


def inline(data: bytes) -> str:
    return base64.b64encode(data).decode()
