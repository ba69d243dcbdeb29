"""How the service and its devices stand, as series."""

from dataclasses import replace

import pytest
from prometheus_client import generate_latest

from domain.model.device import DeviceFacts, DeviceUse
from domain.model.events import BatchRan, MessageParked, ModelLoaded, RequestServed
from domain.model.life_cycle import succeed
from domain.model.priority import Priority
from domain.model.stock import DiskFacts, Stock, TierStock
from domain.model.task import Timing
from domain.model.worker import WorkerInfo, WorkerState
from tests.contract.adapters.telemetry.scrape import IDLE, NOW, POLICY, RESULT, Scrape, claimed


@pytest.fixture
def scrape() -> Scrape:
    return Scrape()


def test_a_stock_shows_what_waits_and_who_works(scrape: Scrape) -> None:
    tiers = {tier: TierStock(4, 2.5) for tier in Priority}
    workers = [worker(WorkerState.READY, 3), worker(WorkerState.READY, 0), worker(WorkerState.SICK)]
    parts, disk = {"queue": True, "ledger": False}, DiskFacts(10, 100)
    stock = Stock(tiers=tiers, workers=workers, parts=parts, disk=disk, undelivered_s=7)
    scrape.telemetry.sample_stock(stock)
    assert scrape.value("queue_depth", priority="low") == 4
    assert scrape.value("queue_oldest_wait_seconds", priority="high") == 2.5
    states = {state.value: scrape.value("workers", state=state) for state in WorkerState}
    assert states == {"starting": 0, "ready": 2, "draining": 0, "sick": 1}
    assert [scrape.value("worker_slots", state=state) for state in ("busy", "free")] == [3, 5]
    assert [scrape.value("part_up", part=part) for part in parts] == [1, 0]
    assert scrape.value("disk_free_bytes", folder="data") == 10
    assert scrape.value("webhook_oldest_seconds", outcome="pending") == 7


def test_what_is_not_known_any_more_is_not_shown_as_it_was(scrape: Scrape) -> None:
    tiers = {tier: TierStock(4, 2.5) for tier in Priority}
    scrape.telemetry.sample_stock(Stock(tiers=tiers, workers=[], parts={"queue": True}))
    scrape.telemetry.sample_stock(Stock())
    assert scrape.value("queue_depth", priority="low") is None
    assert scrape.value("workers", state="ready") is None
    assert scrape.value("part_up", part="queue") is None
    assert scrape.value("webhook_oldest_seconds", outcome="pending") is None


def worker(state: WorkerState, in_flight: int = 0) -> WorkerInfo:
    return WorkerInfo(
        worker_id="w", host="h", pid=1, device="cpu", version="1", started_at=NOW,
        state=state, in_flight=in_flight, slots=4,
    )  # fmt: skip


def test_the_use_of_the_device_is_counted_while_a_call_goes_on(scrape: Scrape) -> None:
    for use in (DeviceUse(3.0, 0.0), DeviceUse(8.0, 5.0)):
        scrape.telemetry.sample_device(None, [], use)
    assert scrape.value("device_busy_seconds_total") == 8
    assert scrape.value("device_call_seconds") == 5


def test_batches_loads_and_parked_messages_are_told(scrape: Scrape) -> None:
    scrape.after(
        BatchRan("echo", 4, 0.02, 1.5), ModelLoaded("echo", "cpu", 12.5), MessageParked("torn")
    )
    assert scrape.value("batch_items_bucket", le="2.0") == 0
    assert scrape.value("batch_items_bucket", le="4.0") == 1
    assert scrape.value("batch_wait_seconds_sum") == 0.02
    assert scrape.value("model_load_seconds", model="echo") == 12.5
    assert scrape.value("messages_parked_total") == 1


def test_a_tenant_is_seen_by_what_it_asks_for_and_gets(scrape: Scrape) -> None:
    statuses = {"accepted": 202, "limited": 429, "refused": 422, "failed": 503}
    scrape.after(*(RequestServed("POST", "/v1/tasks", n, 0.1, "r", "acme") for n in
                   statuses.values()))  # fmt: skip
    scrape.after(RequestServed("GET", "/v1/tasks", 200, 0.1, "r", "acme"))
    scrape.after(*(RequestServed("POST", "/v1/tasks", 202, 0.1, "r", f"t-{n}") for n in range(30)))
    written = {each: scrape.value("tenant_writes_total", tenant="acme", answer=each)
               for each in statuses}  # fmt: skip
    assert written == dict.fromkeys(statuses, 1)
    assert scrape.value("tenant_writes_total", tenant="t-0", answer="accepted") == 1
    assert scrape.value("tenant_writes_total", tenant="other", answer="accepted") == 11
    timing = Timing(infer_ms=1500)
    scrape.after(succeed(claimed().task, 1, NOW + 7, RESULT, timing, POLICY))
    assert scrape.value("tenant_tasks_total", tenant="acme", outcome="success") == 1
    assert scrape.value("tenant_device_seconds_total", tenant="acme") == 1.5


def test_run_time_is_told_apart_from_waiting(scrape: Scrape) -> None:
    running = claimed(NOW + 100)
    scrape.after(running, succeed(running.task, 1, NOW + 103, RESULT, Timing(), POLICY))
    assert scrape.value("task_run_seconds_sum", model="echo") == 3
    assert scrape.value("task_duration_seconds_sum", model="echo") == 103


GPU = DeviceFacts(
    index=3, utilisation_percent=40, memory_used_bytes=5, memory_total_bytes=9, temperature_c=71,
    power_w=215.5, ecc_errors=0,
)  # fmt: skip
FIGURES = ("utilisation_ratio", "memory_used_bytes", "memory_total_bytes", "temperature_celsius",
           "power_watts", "ecc_errors")  # fmt: skip


def test_a_gpu_shows_its_figures_by_index(scrape: Scrape) -> None:
    scrape.telemetry.sample_device(GPU, ["echo"], IDLE)
    shown = [scrape.value(f"gpu_{name}", gpu="3") for name in FIGURES]
    assert shown == [0.4, 5, 9, 71, 215.5, 0]
    assert scrape.value("model_loaded", model="echo") == 1


def test_what_a_gpu_no_longer_tells_is_not_shown_as_it_was(scrape: Scrape) -> None:
    scrape.telemetry.sample_device(GPU, ["echo"], IDLE)
    scrape.telemetry.sample_device(replace(GPU, power_w=None), [], IDLE)
    assert scrape.value("gpu_power_watts", gpu="3") is None
    assert scrape.value("gpu_temperature_celsius", gpu="3") == 71
    assert scrape.value("model_loaded", model="echo") == 0
    scrape.telemetry.sample_device(DeviceFacts(reason="NVML does not answer."), [], IDLE)
    assert {scrape.value(f"gpu_{name}", gpu="3") for name in FIGURES} == {None}


def test_a_cpu_has_no_figures(scrape: Scrape) -> None:
    scrape.telemetry.sample_device(None, ["echo"], IDLE)
    assert "darkroom_gpu_temperature_celsius{" not in generate_latest(scrape.registry).decode()
    assert scrape.value("model_loaded", model="echo") == 1
