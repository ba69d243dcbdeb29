"""/health and /metrics: no key, no limit."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import pytest
from dependency_injector import providers
from httpx2 import ASGITransport, AsyncClient

from adapters.runners.invert import InvertRunner
from domain.model.errors import DeviceFault, StorageUnavailable
from domain.model.events import LoopFailed
from domain.model.runner import RunnerInput
from entrypoints.background import started
from entrypoints.container.embedded import build_embedded
from entrypoints.http.app import create_app
from entrypoints.settings import Settings
from tests.contract.http.surface import Surface

pytestmark = pytest.mark.anyio


async def usable() -> None:
    pass


async def down() -> None:
    raise StorageUnavailable("redis at 10.0.0.7 refused")


async def broken() -> None:
    raise OSError("/secret/path")


async def silent() -> None:
    await asyncio.Event().wait()


async def test_life_depends_on_nothing(surface: Surface) -> None:
    surface = Surface(gateway={"probes": {"ledger": down}})
    async with surface.client(key=None) as stranger:
        answer = await stranger.get("/health/live")
    found = answer.json()
    assert (answer.status_code, found["status"], found["adapters"]) == (200, "ok", {})


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready"])
async def test_it_says_who_it_is_and_what_time_it_has(surface: Surface, path: str) -> None:
    async with surface.client(key=None) as stranger:
        found = (await stranger.get(path)).json()
    assert found.keys() == {"status", "service", "version", "timestamp", "adapters"}
    assert (found["service"], found["version"]) == ("darkroom", version("darkroom"))
    assert found["timestamp"] == "2027-01-15T08:00:00.000Z"


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
async def test_readiness_names_each_adapter(surface: Surface, path: str) -> None:
    async with surface.client(key=None) as stranger:
        answer = await stranger.get(path)
    adapters = answer.json()["adapters"]
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert adapters.keys() == surface.gateway.probes.keys()
    assert all(each["status"] == "ok" and each["detail"] is None for each in adapters.values())


class Faulty(InvertRunner):
    """Meets what leaves a device unusable."""

    spec = replace(InvertRunner.spec, name="faulty")

    def prepare(self, work: RunnerInput) -> Any:
        return work

    def infer(self, batch: Sequence[Any]) -> Sequence[Any]:
        raise RuntimeError("CUDA error: device-side assert triggered")


async def test_a_process_whose_device_failed_is_not_ready() -> None:
    """Where the worker is in the gateway's process. The process is about to end then."""
    told: list[str] = []
    settings = Settings(_env_file=None, app_env="TEST", inference_backend="device")
    container = build_embedded(settings)
    container.models().register(Faulty)
    container.override_providers(sickness=providers.Object(told.append))
    transport = ASGITransport(create_app(container.gateway()))
    inference = container.inference()
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        async with started([inference]):
            assert (await client.get("/health/ready")).status_code == 200
            with inference.admit("faulty") as run, pytest.raises(DeviceFault):
                await run(RunnerInput({}, {}, {}, lambda _done: None))
            answer = await client.get("/health/ready")
        assert (answer.status_code, answer.json()["status"]) == (503, "down")
        down = {name for name, a in answer.json()["adapters"].items() if a["status"] == "down"}
        assert down == {"inference"}
        assert len(told) == 1
        assert "device-side assert" in told[0]


async def test_one_adapter_down_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrypoints.http.routes.health.PROBE_S", 0.01)
    probes = {"ledger": down, "storage": broken, "queue": silent, "keys": usable}
    surface = Surface(gateway={"probes": probes})
    async with surface.client(key=None) as stranger:
        answer = await stranger.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "down")
    details = {name: each["detail"] for name, each in answer.json()["adapters"].items()}
    assert details == {
        "ledger": "The storage can't be reached.",
        "storage": "Something went wrong on our side.",
        "queue": "No answer within 0 s.",
        "keys": None,
    }
    told = {event.loop: event.text for event in surface.told(LoopFailed)}
    assert "10.0.0.7" in told["readiness.ledger"]
    assert "/secret/path" in told["readiness.storage"]


async def test_metrics_are_rendered_as_text(surface: Surface) -> None:
    async with surface.client(key=None) as stranger:
        answer = await stranger.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "process_start_time_seconds" in answer.text


async def test_neither_costs_anything() -> None:
    surface = Surface(rate_limit_per_minute=1)
    async with surface.client() as client:
        for path in ("/health", "/health/live", "/metrics") * 10:
            answer = await client.get(path)
            assert answer.status_code == 200
            assert "ratelimit" not in answer.headers
