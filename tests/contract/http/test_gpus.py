"""/v1/gpus and /v1/workers: who works, on what, and how that is doing."""

from dataclasses import replace

import pytest
from httpx2 import AsyncClient

from domain.model.device import DeviceFacts
from domain.model.worker import WorkerInfo, WorkerState
from tests.contract.http.surface import Surface, finished

pytestmark = pytest.mark.anyio

CPU = WorkerInfo(
    worker_id="box:cpu:7", host="box", pid=7, device="cpu", version="1.0",
    started_at=1_800_000_000.0, models=("invert", "measure"), loaded=("invert",),
    state=WorkerState.READY,
)  # fmt: skip
FACTS = DeviceFacts(
    index=1, uuid="GPU-aaaa", name="NVIDIA H200", utilisation_percent=37, memory_used_bytes=5,
    memory_total_bytes=9, temperature_c=54, power_w=312.5, ecc_errors=0,
)  # fmt: skip
GPU = replace(CPU, worker_id="box:cuda:0:8", pid=8, device="cuda:0", gpu=FACTS)


async def test_a_gpu_shows_its_figures_its_worker_and_its_models(
    client: AsyncClient, surface: Surface
) -> None:
    for worker in (CPU, GPU):
        await surface.container.workers().beat(worker)
    assert (await client.get("/v1/gpus")).json() == {
        "data": [
            {
                "worker_id": "box:cuda:0:8", "state": "ready", "device": "cuda:0", "index": 1,
                "uuid": "GPU-aaaa", "name": "NVIDIA H200", "utilisation_percent": 37,
                "memory_used_bytes": 5, "memory_total_bytes": 9, "temperature_c": 54,
                "power_w": 312.5, "ecc_errors": 0, "reason": None, "loaded_models": ["invert"],
                "seen_at": "2027-01-15T08:00:00.000Z",
            }
        ],
        "note": None,
    }  # fmt: skip


async def test_a_gpu_without_its_driver_says_why_it_has_no_figures(
    client: AsyncClient, surface: Surface
) -> None:
    reason = "NVML tells nothing: NVML Shared Library Not Found."
    mute = replace(GPU, gpu=DeviceFacts(reason=reason), state=WorkerState.SICK)
    await surface.container.workers().beat(mute)
    [gpu] = (await client.get("/v1/gpus")).json()["data"]
    assert (gpu["reason"], gpu["state"], gpu["loaded_models"]) == (reason, "sick", ["invert"])
    figures = ("index", "uuid", "name", "utilisation_percent", "memory_used_bytes",
               "memory_total_bytes", "temperature_c", "power_w", "ecc_errors")  # fmt: skip
    assert {gpu[name] for name in figures} == {None}


@pytest.mark.parametrize(
    ("workers", "note"),
    [([], "No worker runs."), ([CPU], "No worker runs on a GPU; 1 on: cpu."),
     ([CPU, replace(CPU, worker_id="box:cpu:9")], "No worker runs on a GPU; 2 on: cpu.")],
    ids=["none", "one", "two"],
)  # fmt: skip
async def test_no_gpu_is_said_and_not_made_up(
    client: AsyncClient, surface: Surface, workers: list[WorkerInfo], note: str
) -> None:
    for worker in workers:
        await surface.container.workers().beat(worker)
    assert (await client.get("/v1/gpus")).json() == {"data": [], "note": note}


async def test_it_wants_a_key(surface: Surface) -> None:
    async with surface.client(key=None) as stranger:
        assert (await stranger.get("/v1/gpus")).status_code == 401


async def test_a_worker_tells_which_of_its_models_it_has_loaded(
    client: AsyncClient, surface: Surface
) -> None:
    heartbeat = surface.container.heartbeat()
    await heartbeat()
    [worker] = (await client.get("/v1/workers")).json()["data"]
    assert (worker["models"], worker["loaded_models"]) == (["invert", "measure"], [])
    await finished(surface, client)
    await heartbeat()
    [worker] = (await client.get("/v1/workers")).json()["data"]
    assert worker["loaded_models"] == ["invert"]
