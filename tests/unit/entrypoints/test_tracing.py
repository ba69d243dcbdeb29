"""When spans are kept, and that a process that nobody traces pays nothing for them."""

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from dependency_injector import providers

from adapters.tracing.memory import MemoryTracing
from adapters.tracing.off import NoTracing
from domain.model.errors import Unavailable
from domain.model.wakeup import Wakeup, wakeup_for
from domain.use_cases.read_submission import Submission
from entrypoints.background import started
from entrypoints.configuration import ConfigurationError
from entrypoints.container.tracing import tracing_for
from entrypoints.http.app import create_app
from entrypoints.http.middleware.tracing import TracingMiddleware
from tests.unit.use_cases.house import House, inline, png

pytestmark = pytest.mark.anyio

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}

UNASKED = """
import sys
from entrypoints.container.embedded import build_embedded
from entrypoints.http.app import create_app
from entrypoints.settings import Settings

container = build_embedded(Settings(
    _env_file=None, app_env="PROD", api_keys="default:a-long-enough-key", storage_backend="local",
    models="invert", data_dir=sys.argv[1],
))
create_app(container.gateway())
container.process()
container.lifetimes()
assert "redis" in sys.modules and "celery" in sys.modules
loaded = {name for name in sys.modules if "tracing" in name
          or name.startswith(("opentelemetry.sdk.trace", "opentelemetry.exporter"))}
ours = {"ports.tracing", "adapters.tracing", "adapters.tracing.off",
        "entrypoints.container.tracing", "entrypoints.http.middleware.tracing"}
assert loaded <= ours, loaded - ours
"""
"""In production wiring. redis-py loads the metrics of an SDK that is installed by itself."""


def test_nothing_of_opentelemetry_is_loaded_unless_asked_for(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", UNASKED, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"OTEL_SERVICE_NAME": "pictures"},
        ENDPOINT | {"OTEL_SDK_DISABLED": "true"},
        ENDPOINT | {"OTEL_TRACES_EXPORTER": "none"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
    ],
)
def test_it_is_off_unless_asked_for(env: dict[str, str]) -> None:
    assert isinstance(tracing_for(env), NoTracing)


@pytest.mark.parametrize("exporter", ["", "otlp", "console"])
async def test_it_is_on_where_asked_for(exporter: str) -> None:
    tracing = tracing_for({"OTEL_TRACES_EXPORTER": exporter} if exporter else ENDPOINT)
    async with started([tracing]):
        assert tracing.on


def test_an_exporter_that_is_missing_stops_the_start() -> None:
    with pytest.raises(ConfigurationError, match="OTEL_TRACES_EXPORTER: no exporter zipkin"):
        tracing_for({"OTEL_TRACES_EXPORTER": "zipkin"})


def test_a_missing_extra_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("adapters.tracing.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'darkroom\[otel\]'"):
        tracing_for(ENDPOINT)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    house.container.override_providers(tracing=providers.Object(MemoryTracing()))
    async with started(house.container.lifetimes()):
        yield house


async def test_a_gateway_that_traces_nothing_has_no_middleware_for_it(house: House) -> None:
    def traces(house: House) -> bool:
        app = create_app(house.container.gateway())
        return any(each.cls is TracingMiddleware for each in app.user_middleware)

    assert traces(house)
    assert not traces(House())


async def test_what_could_not_be_published_keeps_its_trace(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row remembers it, so that recover's message carries it as well."""
    queue = house.container.queue()
    sent: list[Wakeup] = []

    async def publish(wakeup: Wakeup) -> None:
        if not sent:
            sent.append(wakeup)
            raise Unavailable("The broker is away.")
        sent.append(wakeup)

    monkeypatch.setattr(queue, "publish", publish)
    await house.submit()
    house.clock.at += 10
    await house.container.recover()()
    first, second = sent
    assert first.trace == second.trace
    assert first.trace["traceparent"]


async def test_a_retry_belongs_to_the_request_that_asked_for_it(house: House) -> None:
    tracing, cases = house.container.tracing(), house.container.use_cases()
    submission = Submission(tenant="default", model="echo", input={"image_base64": inline(png())})
    task = (await cases.submit(submission)).task
    await house.process(task)
    with tracing.span("POST /v1/tasks/{task_id}/retry"):
        again = await cases.retry("default", task.task_id)
        assert dict(again.trace) == dict(tracing.context())
    assert again.trace != task.trace
    assert dict(wakeup_for(again).trace) == dict(again.trace)
