"""The HTTP surface over in-memory adapters, on a clock the test sets. The worker's part is
done by hand: `work` handles one task's wake-up."""

import base64
import io
from dataclasses import replace
from functools import cache
from typing import Any

from dependency_injector import providers
from httpx2 import ASGITransport, AsyncClient
from PIL import Image

from adapters.runners.invert import InvertRunner
from adapters.telemetry.memory import MemoryTelemetry
from domain.model.model_registry import ModelRegistry
from domain.model.model_spec import ModelSpec
from domain.model.runner import ModelRunner, RunnerOutput
from domain.model.wakeup import wakeup_for
from entrypoints.container.embedded import build_embedded
from entrypoints.http.app import create_app
from entrypoints.settings import Settings
from ports.clock import Elapsed

KEY, OTHER_KEY = "key-of-a", "key-of-b"
MAX_UPLOAD_BYTES = 2**20
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
    """`container` is wired as `APP_ENV=TEST`; `app` serves its gateway."""

    def __init__(
        self,
        elapsed: Elapsed | None = None,
        gateway: dict[str, Any] | None = None,
        models: ModelRegistry | None = None,
        **settings: Any,
    ) -> None:
        """`gateway`: fields of the gateway that differ from what the container builds."""
        self.now, self.telemetry = Clock(1_800_000_000.0), MemoryTelemetry()
        self.container = build_embedded(_settings(**settings))
        overrides = {"now": self.now, "telemetry": self.telemetry, "models": models or _models()}
        if elapsed is not None:
            overrides["elapsed"] = elapsed
        self.container.override_providers(
            **{name: providers.Object(each) for name, each in overrides.items()}
        )
        self.store, self.blobs = self.container.store(), self.container.blobs()
        self.ledger, self.policy = self.container.ledger(), self.container.policy()
        self.gateway = replace(self.container.gateway(), **gateway or {})
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
        await self.container.process()(wakeup_for(task))

    def told(self, kind: type) -> list[Any]:
        return [event for event in self.telemetry.events if isinstance(event, kind)]


def _models() -> ModelRegistry:
    models = ModelRegistry()
    for runner in (InvertRunner, MeasureRunner):
        models.register(runner)
    return models


@cache
def _settings(**changes: Any) -> Settings:
    wanted: dict[str, Any] = {
        "_env_file": None,
        "app_env": "TEST",
        "api_keys": f"a:{KEY},b:{OTHER_KEY}",
        "max_upload_mb": 1,
        "rate_limit_per_minute": 10_000,
        "url_ttl_s": 3600,
    }
    return Settings(**wanted | changes)


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
