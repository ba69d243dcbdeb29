"""The HTTP surface over in-memory adapters, on a clock the test sets. The worker's part is
done by hand: `work` handles one task's wake-up."""

import base64
import io
import time
from dataclasses import replace
from typing import Any

from httpx2 import ASGITransport, AsyncClient
from PIL import Image

from adapters.blobs.memory import MemoryBlobStore
from adapters.clock import uuid7
from adapters.fetch.memory import MemoryImageFetcher
from adapters.imaging.pillow import PillowImaging
from adapters.inference.memory import MemoryInference
from adapters.keys.memory import MemoryKeyStore
from adapters.queue.memory import MemoryQueue
from adapters.ratelimit.memory import MemoryRateLimiter
from adapters.runners.invert import InvertRunner
from adapters.tasks.memory import MemoryTaskStore
from adapters.telemetry.memory import MemoryTelemetry
from domain.model.life_cycle import TaskPolicy
from domain.model.links import LinkSigner
from domain.model.picture import ImageLimits
from domain.model.priority import Ageing
from domain.model.runner import ModelRegistry, ModelRunner, ModelSpec, RunnerOutput
from domain.model.url_policy import UrlPolicy
from domain.model.wakeup import wakeup_for
from domain.use_cases.admit_caller import AdmitCaller
from domain.use_cases.cancel_task import CancelTask
from domain.use_cases.confirm_published import ConfirmPublished
from domain.use_cases.delete_task import DeleteTask
from domain.use_cases.erase_task import EraseTask
from domain.use_cases.fetch_result import FetchResult
from domain.use_cases.get_task import GetTask
from domain.use_cases.hold_lease import HoldLease
from domain.use_cases.ledger import Ledger
from domain.use_cases.list_tasks import ListTasks
from domain.use_cases.process_task import ProcessTask
from domain.use_cases.read_submission import ReadSubmission
from domain.use_cases.retry_task import RetryTask
from domain.use_cases.run_attempt import RunAttempt
from domain.use_cases.submit_task import SubmitLimits, SubmitTask
from domain.use_cases.wake_worker import WakeWorker
from entrypoints.http.app import create_app
from entrypoints.http.gateway import Gateway, GatewayLimits, UseCases

KEY, OTHER_KEY = "key-of-a", "key-of-b"
MAX_UPLOAD_BYTES = 100_000
PUBLIC_URL = "https://93.184.215.14/photo.png"


class MeasureRunner(ModelRunner):
    """A model without a picture: it answers a document."""

    spec = ModelSpec(name="measure", description="Width and height.", makes_picture=False)

    def load(self, device: str) -> None:
        self.device = device

    def prepare(self, work: Any) -> Any:
        return work.pictures["image"]

    def infer(self, batch: Any) -> Any:
        return batch

    def postprocess(self, output: Any) -> RunnerOutput:
        return RunnerOutput(data={"width": output.width, "height": output.height})

    def release(self) -> None:
        self.device = ""


class Clock:
    def __init__(self, at: float) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


class Surface:
    def __init__(self, **changes: Any) -> None:
        """`changes`: `writes_per_minute`, `max_queue_depth`, `elapsed`, or fields of `Gateway`."""
        self.now = Clock(1_800_000_000.0)
        self.elapsed = changes.pop("elapsed", time.monotonic)
        self.telemetry, self.store = MemoryTelemetry(), MemoryTaskStore(self.now)
        self.links = LinkSigner(b"a secret of enough bytes")
        self.blobs = MemoryBlobStore(self.links)
        self.queue = MemoryQueue(Ageing(), time.monotonic, grace_s=1.0)
        self.models = ModelRegistry()
        for runner in (InvertRunner, MeasureRunner):
            self.models.register(runner)
        self.policy, self.images = TaskPolicy(), ImageLimits()
        self.ledger = Ledger(self.store, self.telemetry)
        use_cases = self._use_cases(
            changes.pop("writes_per_minute", 10_000), changes.pop("max_queue_depth", 10_000)
        )
        self.gateway = replace(self._gateway(use_cases), **changes)
        self.app = create_app(self.gateway)

    def client(self, key: str | None = KEY, **headers: str) -> AsyncClient:
        if key is not None:
            headers["x-api-key"] = key
        transport = ASGITransport(self.app)
        return AsyncClient(transport=transport, base_url="http://test", headers=headers)

    async def work(self, task_id: str) -> None:
        """What a worker would do with the task's wake-up."""
        task = await self.store.get(task_id)
        assert task is not None
        await self._process()(wakeup_for(task))

    def told(self, kind: type) -> list[Any]:
        return [event for event in self.telemetry.events if isinstance(event, kind)]

    def _use_cases(self, writes_per_minute: int, max_queue_depth: int) -> UseCases:
        keys = MemoryKeyStore([("a", KEY), ("b", OTHER_KEY)])
        wake = WakeWorker(self.queue, ConfirmPublished(self.ledger, self.now), self.telemetry)
        get = GetTask(self.store, self.elapsed)
        read = ReadSubmission(self.models, UrlPolicy(""), MAX_UPLOAD_BYTES, None)
        limits = SubmitLimits(max_queue_depth=max_queue_depth)
        return UseCases(
            admit=AdmitCaller(keys, MemoryRateLimiter(), writes_per_minute),
            submit=SubmitTask(
                read, self.store, self.blobs, self.queue, wake, self.now, uuid7, limits
            ),
            get=get,
            list=ListTasks(self.store),
            cancel=CancelTask(self.ledger, get, self.now, self.policy),
            retry=RetryTask(get, self.store, self.blobs, wake, self.now, uuid7),
            delete=DeleteTask(get, EraseTask(self.ledger, self.blobs, self.now)),
            fetch_result=FetchResult(self.blobs),
        )

    def _gateway(self, use_cases: UseCases) -> Gateway:
        return Gateway(
            use_cases=use_cases,
            models=self.models,
            queue=self.queue,
            blobs=self.blobs,
            links=self.links,
            telemetry=self.telemetry,
            metrics=lambda: b"darkroom_up 1\n",
            probes={"ledger": self.store.ping, "queue": self.queue.ping},
            limits=GatewayLimits(
                images=self.images,
                max_upload_bytes=MAX_UPLOAD_BYTES,
                max_queue_depth=10_000,
                url_ttl_s=3600,
                result_ttl_s=604_800,
                idempotency_ttl_s=86_400,
            ),
            now=self.now,
            new_id=uuid7,
            version="9.9.9",
        )

    def _process(self) -> ProcessTask:
        inference = MemoryInference(self.models)
        run = RunAttempt(
            MemoryImageFetcher(policy=UrlPolicy(""), max_bytes=MAX_UPLOAD_BYTES), self.blobs,
            PillowImaging(), inference, self.models, time.monotonic, self.images,
        )  # fmt: skip
        hold = HoldLease(self.ledger, self.telemetry, self.now, self.policy, lambda task: None)
        return ProcessTask(
            self.ledger, inference, run, hold, self.telemetry, self.now, lambda: 0.5, "worker",
            self.policy,
        )  # fmt: skip


def png(width: int = 4, height: int = 3) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, "PNG")
    return file.getvalue()


def inline(data: bytes) -> str:
    return base64.b64encode(data).decode()


def body(model: str = "invert", **fields: Any) -> dict[str, Any]:
    """A valid submit."""
    return {"model": model, "input": {"image_base64": inline(png())}, **fields}


async def submitted(client: AsyncClient, **fields: Any) -> str:
    """The id of a fresh task."""
    answer = await client.post("/v1/tasks", json=body(**fields))
    assert answer.status_code == 202, answer.text
    task_id: str = answer.json()["task_id"]
    return task_id


async def finished(surface: Surface, client: AsyncClient, **fields: Any) -> str:
    """The id of a task that a worker has done."""
    task_id = await submitted(client, **fields)
    await surface.work(task_id)
    return task_id
