"""Which fact moves which series, and by how much."""

from collections.abc import Callable

import pytest
from prometheus_client import generate_latest

from adapters.telemetry.prometheus import MAX_ROUTES
from domain.model.errors import FetchFailed, GpuOutOfMemory, ImageCorrupt, InternalError
from domain.model.events import (
    AttemptFailed,
    Event,
    LoopFailed,
    PublishFailed,
    RequestServed,
    StaleWriteRefused,
    UnknownWakeup,
)
from domain.model.life_cycle import (
    TaskPolicy,
    cancel,
    claim,
    expire,
    fail,
    hand_back,
    lapse,
    succeed,
)
from domain.model.priority import Priority
from domain.model.task import Moved, Task, Timing
from tests.contract.adapters.telemetry.scrape import (
    LAST_TRY,
    NOW,
    POLICY,
    RESULT,
    Scrape,
    claimed,
    waiting,
)


@pytest.fixture
def scrape() -> Scrape:
    return Scrape()


def test_a_request_is_counted_by_template_and_status_class(scrape: Scrape) -> None:
    served = RequestServed("GET", "/v1/tasks/{task_id}", 404, 0.15, "r-1", "acme")
    scrape.after(served, served)
    route = {"method": "GET", "route": "/v1/tasks/{task_id}"}
    assert scrape.value("http_requests_total", **route, status_class="4xx") == 2
    assert scrape.value("http_request_duration_seconds_count", **route) == 2
    assert scrape.value("http_request_duration_seconds_sum", **route) == pytest.approx(0.3)
    assert scrape.value("http_request_duration_seconds_bucket", **route, le="0.1") == 0
    assert scrape.value("http_request_duration_seconds_bucket", **route, le="0.2") == 2


def test_a_call_over_grpc_is_counted_by_its_outcome(scrape: Scrape) -> None:
    rpc = "imagegenx.SchedulerService/SubmitTask"
    scrape.after(RequestServed("GRPC", rpc, 422, 0.15, "r-1", "acme"))
    named = {"method": "GRPC", "route": rpc, "status_class": "4xx"}
    assert scrape.value("http_requests_total", **named) == 1


def test_the_objectives_are_bucket_edges(scrape: Scrape) -> None:
    scrape.after(RequestServed("POST", "/v1/tasks", 202, 0.01, "r-1"), claimed())
    text = generate_latest(scrape.registry).decode()
    edges = [".005 .01 .025 .05 .1 .2 .3 .5 1 2.5 10 60", ".1 .5 1 5 15 60 300 900"]
    for name, edge in zip(("http_request_duration", "task_queue_wait"), edges, strict=True):
        lines = [
            line for line in text.splitlines() if line.startswith(f"darkroom_{name}_seconds_b")
        ]
        found = [line.split('le="')[1].split('"')[0] for line in lines]
        assert [float(le) for le in found] == [*map(float, edge.split()), float("inf")]


def test_a_made_up_method_or_a_wrong_one_makes_no_series_of_its_own(scrape: Scrape) -> None:
    scrape.after(
        RequestServed("BREW", "unmatched", 404, 0.01, "r-1"),
        RequestServed("PUT", "/v1/tasks", 405, 0.01, "r-2"),
        RequestServed("GET", "unmatched", 999, 0.01, "r-3"),
    )
    requests = "http_requests_total"
    assert scrape.value(requests, method="other", route="unmatched", status_class="4xx") == 1
    assert scrape.value(requests, method="PUT", route="unmatched", status_class="4xx") == 1
    assert scrape.value(requests, method="GET", route="unmatched", status_class="other") == 1


def test_routes_without_end_end_in_other(scrape: Scrape) -> None:
    scrape.after(*(RequestServed("GET", f"/v1/{n}", 200, 0.01, "r") for n in range(1_000)))
    overflow = {"method": "other", "route": "other", "status_class": "2xx"}
    assert scrape.value("http_requests_total", **overflow) == 1_000 - MAX_ROUTES
    assert scrape.value("http_requests_total", method="GET", route="/v1/0", status_class="2xx") == 1


ENDS: dict[str, Callable[[], Moved | Task]] = {
    "success": lambda: succeed(claimed().task, 1, NOW + 7, RESULT, Timing(), POLICY),
    "failure": lambda: fail(claimed().task, 1, NOW + 7, ImageCorrupt(), POLICY, 0.0),
    "canceled": lambda: cancel(waiting(), NOW + 7, POLICY),
    "expired": lambda: expire(waiting(), NOW + 7, POLICY),
}


@pytest.mark.parametrize("outcome", ENDS)
def test_each_end_is_counted_once_by_outcome(scrape: Scrape, outcome: str) -> None:
    scrape.after(claimed(), ENDS[outcome]())
    counts = {end: scrape.value("tasks_total", model="echo", outcome=end) for end in ENDS}
    assert counts == {end: float(end == outcome) for end in ENDS}
    ran = outcome in {"success", "failure"}
    assert (scrape.value("task_duration_seconds_sum", model="echo") or 0) == 7 * ran


def test_a_model_nobody_announced_is_other(scrape: Scrape) -> None:
    scrape.after(cancel(waiting(model="made-up"), NOW, POLICY))
    assert scrape.value("tasks_total", model="other", outcome="canceled") == 1
    assert "made-up" not in generate_latest(scrape.registry).decode()


def test_waiting_is_measured_up_to_the_first_start_only(scrape: Scrape) -> None:
    first = claimed(NOW + 4, priority=Priority.HIGH)
    back = hand_back(first.task, 1, NOW + 5)
    scrape.after(first, back, claim(back.task, NOW + 90, "worker-2", POLICY))
    assert scrape.value("task_queue_wait_seconds_count", priority="high") == 1
    assert scrape.value("task_queue_wait_seconds_sum", priority="high") == 4


def test_a_success_tells_its_stages(scrape: Scrape) -> None:
    timing = Timing(fetch_ms=60, prepare_ms=120, infer_ms=850, encode_ms=30, upload_ms=70)
    scrape.after(succeed(claimed().task, 1, NOW + 1, RESULT, timing, POLICY))
    stages = ("fetch", "prepare", "infer", "encode", "upload")
    sums = {s: scrape.value("task_stage_duration_seconds_sum", stage=s) for s in stages}
    assert sums == {"fetch": 0.06, "prepare": 0.12, "infer": 0.85, "encode": 0.03, "upload": 0.07}


def test_a_failure_tells_no_stages(scrape: Scrape) -> None:
    scrape.after(ENDS["failure"]())
    assert scrape.value("task_stage_duration_seconds_count", stage="infer") is None


@pytest.mark.parametrize(
    ("error", "reason"),
    [(FetchFailed(), "fetch_failed"), (GpuOutOfMemory(), "gpu_oom"),
     (InternalError(), "internal_error"), (ImageCorrupt(retryable=True), "other")],
)  # fmt: skip
def test_a_retry_is_counted_by_its_cause(scrape: Scrape, error: FetchFailed, reason: str) -> None:
    scrape.after(fail(claimed().task, 1, NOW, error, POLICY, 0.5))
    assert scrape.value("task_retries_total", model="echo", reason=reason) == 1
    assert scrape.value("attempts_exhausted_total") == 0


def test_a_lost_lease_is_a_cause_of_its_own_even_after_another_error(scrape: Scrape) -> None:
    again = fail(claimed().task, 1, NOW, FetchFailed(), TaskPolicy(), 0.0)
    running = claim(again.task, NOW, "worker-2", TaskPolicy())
    scrape.after(lapse(running.task, NOW + 15, TaskPolicy()))
    assert scrape.value("task_retries_total", model="echo", reason="lease_lost") == 1
    assert scrape.value("lease_expiries_total") == 1


@pytest.mark.parametrize(
    ("moved", "exhausted"),
    [
        (lambda: fail(claimed().task, 1, NOW, FetchFailed(), LAST_TRY, 0.0), 1),
        (lambda: fail(claimed().task, 1, NOW, InternalError(), LAST_TRY, 0.0), 1),
        (lambda: lapse(claimed().task, NOW + 15, LAST_TRY), 1),
        (lambda: fail(claimed().task, 1, NOW, ImageCorrupt(), LAST_TRY, 0.0), 0),
        (lambda: lapse(claimed(policy=TaskPolicy(timeout_s=5)).task, NOW + 15, LAST_TRY), 0),
    ],
    ids=["transient", "unforeseen", "worker died", "permanent", "deadline"],
)
def test_attempts_are_exhausted_when_another_might_have_helped(
    scrape: Scrape, moved: Callable[[], Moved], exhausted: int
) -> None:
    scrape.after(moved())
    assert scrape.value("attempts_exhausted_total") == exhausted
    assert scrape.value("tasks_total", model="echo", outcome="failure") == 1


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (StaleWriteRefused("t-1", 1, "echo"), "stale_writes_total"),
        (UnknownWakeup("t-1"), "unknown_wakeups_total"),
        (PublishFailed("t-1", "down"), "publish_failures_total"),
    ],
)
def test_each_trouble_has_its_counter(scrape: Scrape, event: Event, name: str) -> None:
    assert scrape.value(name) == 0, "there from the start, so that an alert can rely on it"
    assert scrape.after(event).value(name) == 1


def test_loops_are_told_apart(scrape: Scrape) -> None:
    scrape.after(LoopFailed("recover", "boom"), LoopFailed("purge", "boom"))
    assert scrape.value("loop_failures_total", loop="recover") == 1


def test_an_unforeseen_error_is_counted_by_its_tasks_move_and_not_twice(scrape: Scrape) -> None:
    before = generate_latest(scrape.registry)
    scrape.after(AttemptFailed("t-1", 1, "echo", "boom"))
    assert generate_latest(scrape.registry) == before


def test_the_exposition_says_what_is_running_and_when_nothing_began(scrape: Scrape) -> None:
    assert scrape.value("build_info", version="1.2.3") == 1
    assert "_created" not in generate_latest(scrape.registry).decode()
