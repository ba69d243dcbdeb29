"""ImageGenX over HTTP: its envelope, its words, the same tasks."""

import io
from dataclasses import replace
from typing import Any

import pytest
from httpx2 import AsyncClient
from PIL import Image

from domain.model.task import TaskStatus
from tests.contract.http.envelopes import refused
from tests.contract.http.surface import KEY, PUBLIC_URL, Surface
from tests.contract.painting import KNOWN, painting

pytestmark = pytest.mark.anyio

GENERATE, TASK = "/api/v1/image/generate", "/api/v1/image/task/"


@pytest.fixture
def surface() -> Surface:
    return Surface(models=painting())


async def generated(client: AsyncClient, **fields: Any) -> str:
    answer = await client.post(GENERATE, json={"text": "a boat", **fields})
    assert answer.status_code == 200, answer.text
    task_id: str = answer.json()["data"]["task_id"]
    return task_id


async def test_a_request_waits_and_says_where_to_look(client: AsyncClient) -> None:
    answer = await client.post(GENERATE, json={"text": "a boat"})
    envelope = answer.json()
    assert (answer.status_code, envelope["code"], envelope["message"]) == (200, 200, "success")
    data = envelope["data"]
    assert (data["status"], data["progress"]) == ("waiting", 0)
    assert data["query_url"] == f"http://test{TASK}{data['task_id']}"
    assert data.keys() == {"task_id", "status", "progress", "query_url"}
    found = (await client.get(data["query_url"])).json()
    assert (found["code"], found["data"]["status"]) == (200, "waiting")


async def test_a_request_that_says_little_gets_the_promised_defaults(
    client: AsyncClient, surface: Surface
) -> None:
    task = await surface.store.get(await generated(client))
    assert task is not None
    assert task.request.model == "paint"
    assert task.request.texts == {"prompt": "a boat"}
    assert task.request.params == KNOWN
    assert (task.request.output.format, task.request.output.upscale) == ("webp", 1)
    assert task.request.output.watermark is None


async def test_what_it_says_goes_to_the_model_and_to_the_output(
    client: AsyncClient, surface: Surface
) -> None:
    mark = {
        "enable": True, "text": "© A", "font": "", "color": "#112233", "position": "center",
        "transparency": 0.25, "font_size": 12, "margin": 3, "image_url": None,
    }  # fmt: skip
    post_process = {"super_resolution": "", "watermark": mark, "format": "jpg"}
    params = {"steps": 3, "lora_name": "", "seed": 7, "post_process": post_process}
    task = await surface.store.get(await generated(client, params=params, model_type="paint"))
    assert task is not None
    assert task.request.params == {**KNOWN, "steps": 3, "seed": 7}
    assert task.request.output.format == "jpeg"
    written = task.request.output.watermark
    assert written is not None
    assert (written.text, written.color, written.position) == ("© A", (0x11, 0x22, 0x33), "center")
    assert (written.transparency, written.font_size, written.margin) == (0.25, 12, 3)


async def test_an_image_mark_is_told_by_its_type(client: AsyncClient, surface: Surface) -> None:
    mark = {"enable": True, "type": "image", "image_url": PUBLIC_URL, "scale": 0.5}
    params = {"post_process": {"watermark": mark}}
    task = await surface.store.get(await generated(client, params=params))
    assert task is not None
    assert task.request.logo is not None
    assert task.request.logo.url == PUBLIC_URL


@pytest.mark.parametrize("off", [{"enable": False, "text": "", "color": "?"}, {"text": "x"}])
async def test_a_mark_that_is_not_enabled_counts_for_nothing(
    client: AsyncClient, surface: Surface, off: dict[str, Any]
) -> None:
    params = {"post_process": {"watermark": off}}
    task = await surface.store.get(await generated(client, params=params))
    assert task is not None
    assert task.request.output.watermark is None


async def test_whom_to_tell_goes_with_the_task(client: AsyncClient, surface: Surface) -> None:
    task = await surface.store.get(await generated(client, callback_url=PUBLIC_URL))
    assert task is not None
    assert task.request.callback_url == PUBLIC_URL
    private = {"text": "a boat", "callback_url": "http://10.0.0.1/"}
    data = refused(await client.post(GENERATE, json=private), 422, "url_not_allowed")
    assert data["errors"][0]["pointer"] == "/callback_url"


async def test_a_model_without_such_parameters_is_sent_no_defaults(
    client: AsyncClient, surface: Surface
) -> None:
    task_id = await generated(client, text="", model_type="invert", image_url=PUBLIC_URL)
    task = await surface.store.get(task_id)
    assert task is not None
    assert task.request.params == {"strength": 1.0}
    assert task.request.pictures["image"].url == PUBLIC_URL


async def test_the_finished_picture(client: AsyncClient, surface: Surface) -> None:
    task_id = await generated(client)
    await surface.work(task_id)
    envelope = (await client.get(TASK + task_id)).json()
    data = envelope["data"]
    assert (envelope["code"], data["status"], data["progress"]) == (200, "success", 100)
    assert (data["error_code"], data["error_msg"]) == (None, None)
    picture = data["result"]
    assert (picture["resolution"], picture["format"]) == ("8x6", "webp")
    async with surface.client(key=None) as stranger:
        file = (await stranger.get(picture["original_url"])).content
        thumb = (await stranger.get(picture["thumb_url"])).content
    assert len(file) == picture["size"]
    assert Image.open(io.BytesIO(file)).size == Image.open(io.BytesIO(thumb)).size == (8, 6)


async def test_storage_that_cannot_link_leaves_the_address_that_wants_a_key(
    client: AsyncClient, surface: Surface, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_link(*_: object) -> None:
        return None

    monkeypatch.setattr(surface.gateway.blobs, "link", no_link)
    task_id = await generated(client)
    await surface.work(task_id)
    picture = (await client.get(TASK + task_id)).json()["data"]["result"]
    assert picture["thumb_url"] is None
    fetched = await client.get(picture["original_url"])
    assert len(fetched.content) == picture["size"]


async def test_a_failed_task_is_a_200_with_a_500_inside(
    client: AsyncClient, surface: Surface
) -> None:
    task_id = await generated(client, text="fail")
    await surface.work(task_id)
    answer = await client.get(TASK + task_id)
    envelope = answer.json()
    assert (answer.status_code, envelope["code"]) == (200, 500)
    assert envelope["message"] == "The brush broke."
    assert envelope["data"] == {
        "task_id": task_id, "status": "failed", "progress": 100, "result": None,
        "error_code": "inference_failed", "error_msg": "The brush broke.",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "error_code"), [("CANCELED", "task_failed"), ("EXPIRED", "task_expired")]
)
async def test_what_ended_otherwise_failed_too(
    client: AsyncClient, surface: Surface, status: str, error_code: str
) -> None:
    task_id = await generated(client)
    task = await surface.store.get(task_id)
    assert task is not None
    ended = replace(task, status=TaskStatus(status), revision=2, progress=40)
    assert await surface.store.replace(ended, 1)
    envelope = (await client.get(TASK + task_id)).json()
    assert (envelope["code"], envelope["data"]["progress"]) == (500, 100)
    assert envelope["data"]["error_code"] == error_code
    assert envelope["data"]["error_msg"]


async def test_a_running_task_is_processing(client: AsyncClient, surface: Surface) -> None:
    task_id = await generated(client)
    task = await surface.store.get(task_id)
    assert task is not None
    running = replace(task, status=TaskStatus.STARTED, revision=2, progress=40)
    assert await surface.store.replace(running, 1)
    data = (await client.get(TASK + task_id)).json()["data"]
    assert (data["status"], data["progress"], data["result"]) == ("processing", 40, None)


async def test_a_get_does_no_work(client: AsyncClient, surface: Surface) -> None:
    task_id = await generated(client)
    before = await surface.store.get(task_id)
    for _ in range(3):
        await client.get(TASK + task_id)
    assert await surface.store.get(task_id) == before


async def test_a_repeated_request_is_the_same_task(client: AsyncClient) -> None:
    headers = {"idempotency-key": "once"}
    first = await client.post(GENERATE, json={"text": "a boat"}, headers=headers)
    again = await client.post(GENERATE, json={"text": "a boat"}, headers=headers)
    assert first.json()["data"]["task_id"] == again.json()["data"]["task_id"]
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    other = await client.post(GENERATE, json={"text": "a ship"}, headers=headers)
    refused(other, 422, "idempotency_mismatch")


async def test_one_task_has_one_life_on_both_surfaces(
    client: AsyncClient, surface: Surface
) -> None:
    task_id = await generated(client)
    assert (await client.get(f"/v1/tasks/{task_id}")).json()["status"] == "PENDING"
    assert (await client.post(f"/v1/tasks/{task_id}/cancel")).json()["status"] == "CANCELED"
    assert (await client.get(TASK + task_id)).json()["data"]["status"] == "failed"


async def test_no_key_and_a_wrong_key_are_told_apart(surface: Surface) -> None:
    async with surface.client(key=None) as stranger:
        none = await stranger.post(GENERATE, json={"text": "a boat"})
        wrong = await stranger.post(GENERATE, json={"text": "a boat"}, headers={"x-api-key": "no"})
        bearer = await stranger.get(TASK + "x", headers={"authorization": "Bearer no"})
    refused(none, 401, "invalid_api_key")
    assert "www-authenticate" in none.headers
    refused(wrong, 403, "invalid_api_key")
    refused(bearer, 403, "invalid_api_key")
    assert "www-authenticate" not in wrong.headers


async def test_every_refusal_of_this_surface_is_in_its_envelope(
    client: AsyncClient, surface: Surface
) -> None:
    refused(await client.get(TASK + "0" * 32), 404, "task_not_found")
    refused(await client.get(TASK + "%2e%2e"), 404, "task_not_found")
    refused(await client.get("/api/v1/image/nowhere"), 404, "route_not_found")
    wrong_method = await client.get(GENERATE)
    refused(wrong_method, 405, "method_not_allowed")
    assert wrong_method.headers["allow"] == "POST"
    refused(await client.post(GENERATE, content=b"{"), 422, "invalid_request")
    huge = b"x" * (surface.gateway.limits.max_body_bytes + 1)
    refused(await client.post(GENERATE, content=huge), 413, "body_too_large")


async def test_a_key_that_asks_too_much_hears_it_in_the_envelope() -> None:
    surface = Surface(rate_limit_per_minute=1)
    async with surface.client(KEY) as client:
        await client.post(GENERATE, json={})
        data = refused(await client.post(GENERATE, json={}), 429, "rate_limited")
    assert data["retryable"] is True


async def test_the_unforeseen_is_in_the_envelope_too(
    client: AsyncClient, surface: Surface, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("/secret/path")

    monkeypatch.setattr(surface.store, "insert_once", broken)
    answer = await client.post(GENERATE, json={"text": "a boat"})
    refused(answer, 500, "internal_error")
    assert "secret" not in answer.text


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"model_type": "nothing"}, "unknown_model", ""),
    ({"text": None}, "invalid_request", "/text"),
    ({"text": 5}, "invalid_request", "/text"),
    ({"prompt": "a"}, "unknown_field", "/prompt"),
    ({"mask_url": PUBLIC_URL}, "invalid_request", "/mask_url"),
    ({"params": []}, "invalid_request", "/params"),
    ({"params": {"steps": "50"}}, "invalid_request", "/params/steps"),
    ({"params": {"stepz": 5}}, "unknown_field", "/params/stepz"),
    ({"params": {"lora_weight": "x"}}, "invalid_request", "/params/lora_weight"),
    ({"params": {"post_process": {"super_resolution": "3x"}}}, "invalid_request",
     "/params/post_process/super_resolution"),
    ({"params": {"post_process": {"super_resolution": "2x"}}}, "not_supported",
     "/params/post_process/super_resolution"),
    ({"params": {"post_process": {"format": "gif"}}}, "invalid_request",
     "/params/post_process/format"),
    ({"params": {"post_process": {"water": {}}}}, "unknown_field", "/params/post_process/water"),
    ({"params": {"post_process": {"watermark": {"enable": "yes"}}}}, "invalid_request",
     "/params/post_process/watermark/enable"),
    ({"params": {"post_process": {"watermark": {"enable": True}}}}, "invalid_request",
     "/params/post_process/watermark/text"),
    ({"params": {"post_process": {"watermark": {"enable": True, "text": "a", "color": "red"}}}},
     "invalid_request", "/params/post_process/watermark/color"),
    ({"params": {"post_process": {"watermark": {"enable": True, "text": "a", "image_url": "b"}}}},
     "invalid_request", "/params/post_process/watermark/image_url"),
    ({"model_type": "invert", "text": "", "image_url": "http://127.0.0.1/x"}, "url_not_allowed",
     "/image_url"),
    ({"model_type": "invert", "image_url": PUBLIC_URL}, "invalid_request", "/text"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "error_code", "pointer"), WRONG)
async def test_a_wrong_value_is_named_where_it_was_sent(
    client: AsyncClient, surface: Surface, fields: dict[str, Any], error_code: str, pointer: str
) -> None:
    answer = await client.post(GENERATE, json={"text": "a boat", **fields})
    data = refused(answer, 422, error_code)
    assert (data["errors"][0]["pointer"] if data["errors"] else "") == pointer
    assert sum((await surface.container.queue().depth()).values()) == 0
