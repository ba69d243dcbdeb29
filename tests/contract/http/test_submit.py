"""POST /v1/tasks: what is accepted, and how it is answered."""

import asyncio
import json
from typing import Any

import pytest
from httpx2 import AsyncClient

from domain.model.errors import StorageUnavailable
from domain.model.output import OutputOptions, Watermark
from domain.model.task import Task
from domain.use_cases.get_task import GetTask
from ports.clock import Elapsed
from ports.task_store import TaskQuery, TaskStore
from tests.contract.http.surface import PUBLIC_URL, Surface, body, finished, submitted

pytestmark = pytest.mark.anyio


async def test_a_submit_is_accepted_and_named(client: AsyncClient, surface: Surface) -> None:
    answer = await client.post("/v1/tasks", json=body(metadata={"album": "août", "n": 1.5}))
    task = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/tasks/{task['task_id']}"
    assert answer.headers["retry-after"] == "1"
    assert task["metadata"] == {"album": "août", "n": 1.5}
    assert await surface.store.get(task["task_id"]) is not None


async def test_a_task_has_every_key_from_the_start(client: AsyncClient) -> None:
    task = (await client.post("/v1/tasks", json=body(priority="high"))).json()
    own = f"http://test/v1/tasks/{task.pop('task_id')}"
    assert task == {
        "status": "PENDING", "model": "invert", "priority": "high", "attempt": 0, "progress": 0,
        "queue_position": None, "estimated_start_s": None,
        "created_at": "2027-01-15T08:00:00.000Z", "started_at": None, "finished_at": None,
        "timing": dict.fromkeys(
            ("queue_ms", "fetch_ms", "prepare_ms", "infer_ms", "encode_ms", "upload_ms", "total_ms")
        ),
        "result": None, "error": None, "warnings": [], "metadata": {}, "retry_of": None,
        "batch_id": None, "custom_id": None,
        "urls": {
            "self": own, "events": f"{own}/events", "result": f"{own}/result",
            "cancel": f"{own}/cancel",
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    "content_type",
    [None, "application/json", "application/x-www-form-urlencoded", "text/plain", "x/vnd+json"],
)
async def test_a_body_is_read_as_json_whatever_a_bare_curl_calls_it(
    client: AsyncClient, content_type: str | None
) -> None:
    headers = {"content-type": content_type} if content_type else {}
    answer = await client.post("/v1/tasks", content=json.dumps(body()), headers=headers)
    assert answer.status_code == 202


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "image/png"},
        {"content-type": "Application/XML"},
        {"content-type": "application/atom+xml; charset=utf-8"},
        {"content-encoding": "gzip"},
    ],
)
async def test_a_body_that_says_it_is_something_else_is_believed(
    client: AsyncClient, headers: dict[str, str]
) -> None:
    answer = await client.post("/v1/tasks", content=json.dumps(body()), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


async def test_null_counts_as_left_out(client: AsyncClient) -> None:
    nothing = dict.fromkeys(
        ("params", "output", "priority", "client_request_id", "callback_url", "ttl_s", "metadata")
    )
    answer = await client.post("/v1/tasks", json=body() | nothing)
    assert answer.status_code == 202


async def test_every_field_reaches_the_task(client: AsyncClient, surface: Surface) -> None:
    fields = {
        "input": {"image_url": PUBLIC_URL},
        "params": {"strength": 0.5},
        "output": {
            "format": "jpeg", "quality": 80, "thumbnail": False, "upscale": None,
            "background": "#0A141E", "watermark": {"type": "text", "text": "© A", "font": None},
        },
        "priority": "low",
        "client_request_id": "mine-1",
        "ttl_s": 60,
        "metadata": {"a": "b"},
    }  # fmt: skip
    task = await surface.store.get(await submitted(client, **fields))
    assert task is not None
    asked, output = task.request, task.request.output
    assert (asked.pictures["image"].url, asked.params) == (PUBLIC_URL, {"strength": 0.5})
    assert output == OutputOptions(
        "jpeg", 80, thumbnail=False, watermark=Watermark(text="© A"), background=(10, 20, 30)
    )
    assert (asked.priority, asked.client_request_id, asked.ttl_s) == ("low", "mine-1", 60)
    assert (asked.metadata, task.tenant) == ({"a": "b"}, "a")


async def test_the_request_id_goes_with_the_task(client: AsyncClient, surface: Surface) -> None:
    answer = await client.post("/v1/tasks", json=body(), headers={"x-request-id": "trace.1"})
    task = await surface.store.get(answer.json()["task_id"])
    assert task is not None
    assert task.request_id == "trace.1"


@pytest.mark.parametrize("how", ["header", "quoted header", "body"])
async def test_the_same_key_and_body_is_the_same_task(client: AsyncClient, how: str) -> None:
    headers = {"header": {"Idempotency-Key": "k-1"}, "quoted header": {"Idempotency-Key": '"k-1"'}}
    fields = {"client_request_id": "k-1"} if how == "body" else {}
    first = await client.post("/v1/tasks", json=body(client_request_id="k-1"))
    again = await client.post("/v1/tasks", json=body(**fields), headers=headers.get(how, {}))
    assert "idempotent-replayed" not in first.headers
    assert again.status_code == 200
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()


async def test_the_same_key_with_another_body_is_refused(client: AsyncClient) -> None:
    await submitted(client, client_request_id="k-1")
    answer = await client.post("/v1/tasks", json=body(client_request_id="k-1", priority="low"))
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")


async def test_header_and_body_that_differ_are_refused(client: AsyncClient) -> None:
    headers = {"Idempotency-Key": "k-2"}
    answer = await client.post("/v1/tasks", json=body(client_request_id="k-1"), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_waiting_answers_the_finished_task(client: AsyncClient, surface: Surface) -> None:
    headers = {"Prefer": "wait=600", "Idempotency-Key": "k-1"}
    call = asyncio.create_task(client.post("/v1/tasks", json=body(), headers=headers))
    await surface.work((await until_stored(surface)).task_id)
    answer = await call
    assert (answer.status_code, answer.json()["status"]) == (200, "SUCCESS")
    assert answer.headers["preference-applied"] == "wait=60"
    assert "retry-after" not in answer.headers


async def test_waiting_in_vain_answers_the_pending_task(leaping: Elapsed) -> None:
    impatient = Surface(elapsed=leaping)
    async with impatient.client() as client:
        answer = await client.post("/v1/tasks", json=body(), headers={"Prefer": "wait=30"})
    assert (answer.status_code, answer.json()["status"]) == (202, "PENDING")
    assert answer.headers["preference-applied"] == "wait=30"


async def test_a_preference_nobody_can_read_is_ignored(client: AsyncClient) -> None:
    answer = await client.post("/v1/tasks", json=body(), headers={"Prefer": "wait=soon"})
    assert answer.status_code == 202
    assert "preference-applied" not in answer.headers


async def test_a_replay_of_a_finished_task_is_not_waited_for(
    client: AsyncClient, surface: Surface
) -> None:
    task_id = await finished(surface, client, client_request_id="k-1")
    headers = {"Prefer": "wait=60"}
    again = await client.post("/v1/tasks", json=body(client_request_id="k-1"), headers=headers)
    assert (again.status_code, again.json()["task_id"]) == (200, task_id)


async def test_an_accepted_task_is_named_even_if_the_waiting_fails(
    client: AsyncClient, surface: Surface, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def out_of_reach(*_: Any, **__: Any) -> Task:
        raise StorageUnavailable

    monkeypatch.setattr(GetTask, "__call__", out_of_reach)
    answer = await client.post("/v1/tasks", json=body(), headers={"Prefer": "wait=5"})
    assert answer.status_code == 202
    assert await surface.store.get(answer.json()["task_id"]) is not None


async def test_a_full_queue_is_a_503_that_says_when(client: AsyncClient) -> None:
    full = Surface(max_queue_depth=1)
    async with full.client() as client:
        await submitted(client)
        answer = await client.post("/v1/tasks", json=body(priority="low"))
    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.json()["retryable"] is True


async def until_stored(surface: Surface) -> Task:
    """The first task in the ledger, which has no events: look until it is there."""
    store: TaskStore = surface.store
    async with asyncio.timeout(10):
        while not (found := await store.list(TaskQuery(tenant="a"))):  # noqa: ASYNC110
            await asyncio.sleep(0)
    return found[0]
