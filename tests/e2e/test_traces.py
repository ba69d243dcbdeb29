"""One request, followed through gateway, queue and worker by an OpenTelemetry collector."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.services import free_port
from tests.e2e.pictures import inline, png
from tests.e2e.production import Stack
from tests.e2e.production_process import until
from tests.e2e.service import await_end, serving
from tests.servers.otlp_collector import Collector, Received, collecting

pytest_plugins = ["tests.e2e.production_stack"]

CALLER = "b7ad6b7169203331"
STAGES = ("claim", "fetch", "prepare", "infer", "encode", "upload")
SUBMIT = "POST /v1/tasks"


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


def asked(collector: Collector) -> dict[str, str]:
    """The only thing that turns tracing on."""
    return {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}


def submit(client: Any, trace_id: str, **params: object) -> dict[str, Any]:
    body = {"model": "trial", "input": {"image_base64": inline(png())}, "params": params}
    headers = {"traceparent": f"00-{trace_id}-{CALLER}-01"}
    answer = client.post("/v1/tasks", json=body, headers=headers)
    assert answer.status_code == 202, answer.text
    return await_end(client, answer.json()["task_id"])


def of_trace(collector: Collector, trace_id: str) -> dict[str, Received]:
    """The spans by name, once the process that works on it has sent its own: the last of them."""
    until(lambda: "process" in collector.of_trace(trace_id))
    return until(
        lambda: {SUBMIT, "process"} <= (them := collector.of_trace(trace_id)).keys() and them
    )


def judge_family(spans: dict[str, Received]) -> None:
    """Who belongs to whom."""
    assert spans[SUBMIT].parent_id == CALLER
    assert spans["submit"].parent_id == spans[SUBMIT].span_id
    assert spans["process"].parent_id == spans["submit"].span_id
    assert {spans[stage].parent_id for stage in STAGES} == {spans["process"].span_id}
    assert not any(span.failed for span in spans.values())


def test_a_trace_goes_through_the_queue_into_the_worker(stack: Stack, collector: Collector) -> None:
    trace_id = "0af7651916cd43dd8448eb211c80319c"
    env = asked(collector)
    with stack.serve(**env) as client, stack.worker(**env) as worker:
        ended = submit(client, trace_id, name="traced", seconds=0.2)
        assert ended["status"] == "SUCCESS"
        spans = of_trace(collector, trace_id)
        judge_family(spans)
        assert worker.stop() == 0
        assert client.gateway.stop() == 0
        [started, *_] = [line for line in worker.log.read_text().splitlines() if trace_id in line]
        assert ended["task_id"] in started
    for name in ("submit", "process"):
        assert spans[name].facts["darkroom.task_id"] == ended["task_id"]
    assert spans[SUBMIT].facts["http.response.status_code"] == 202
    assert spans["infer"].facts["darkroom.device"] == "cpu"
    assert 0.2 <= spans["infer"].took_s <= spans["process"].took_s
    services = [spans[name].service for name in (SUBMIT, "process")]
    assert [service["service.name"] for service in services] == ["darkroom", "darkroom"]
    assert services[0]["service.instance.id"] != services[1]["service.instance.id"]
    collector.spans.clear()


@pytest.mark.parametrize("stack", ["celery"], indirect=True)
def test_a_failing_model_shows_in_its_span_and_no_words_of_the_user(
    stack: Stack, collector: Collector
) -> None:
    trace_id = "11111111111111111111111111111111"
    env = asked(collector) | {"OTEL_SERVICE_NAME": "pictures", "RETRY_BASE_S": "0.1"}
    with stack.serve(**env) as client, stack.worker(**env):
        words = "a text that only its writer should read"
        ended = submit(client, trace_id, name="quoted", manner="quotes", text=words)
        assert ended["status"] == "FAILURE"
        until(lambda: len(collector.named("infer")) >= 2)
        attempts = [span for span in collector.named("infer") if span.trace_id == trace_id]
    assert [span.failed for span in attempts] == [True, True]
    assert {span.facts["error.type"] for span in attempts} == {"ValueError"}
    assert {span.service["service.name"] for span in attempts} == {"pictures"}
    assert words.encode() not in collector.text


@pytest.mark.parametrize("stack", ["celery"], indirect=True)
def test_a_collector_that_is_away_harms_nothing(stack: Stack) -> None:
    env = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{free_port()}",
           "OTEL_BSP_SCHEDULE_DELAY": "100"}  # fmt: skip
    with stack.serve(**env) as client, stack.worker(**env) as worker:
        assert submit(client, "2" * 32, name="unseen")["status"] == "SUCCESS"
        assert worker.stop() == 0
        assert client.gateway.stop() == 0


def test_the_embedded_service_traces_too(tmp_path: Path, collector: Collector) -> None:
    trace_id = "33333333333333333333333333333333"
    env = asked(collector) | {"APP_ENV": "TEST", "MODELS": "invert"}
    with serving(tmp_path, **env) as service, service.client() as client:
        body = {"model": "invert", "input": {"image_base64": inline(png())}}
        headers = {"traceparent": f"00-{trace_id}-{CALLER}-01"}
        task_id = client.post("/v1/tasks", json=body, headers=headers).json()["task_id"]
        assert await_end(client, task_id)["status"] == "SUCCESS"
        judge_family(of_trace(collector, trace_id))
        assert service.stop() == 0
    assert [span for span in collector.spans if "/health" in span.name] == []
