"""Wrong values on every surface: each answers in its own envelope, all by the same code."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from darkroom.imagegenx import scheduler_pb2 as wire
from darkroom.imagegenx.scheduler_pb2_grpc import SchedulerServiceStub
from domain.model.errors import Overloaded, StorageUnavailable
from domain.use_cases.create_key import KeyOrder
from tests.contract.http.envelopes import refused
from tests.contract.http.problems import assert_problem
from tests.contract.http.surface import KEY, PUBLIC_URL, Surface

pytestmark = pytest.mark.anyio

GENERATE = "/api/v1/image/generate"


@dataclass(frozen=True)
class Wrong:
    """A submit in the words that the surfaces share, and its code; `status` is v1's, where the
    others have another, they are named. `again`: a second one, after a first that is right."""

    code: str
    status: int = 422
    imagegenx: int = 0
    grpc: int = 0
    key: str | None = KEY
    text: str = "a boat"
    model: str | None = "paint"
    urls: dict[str, str] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    upscale: int = 1
    watermark: dict[str, Any] | None = None
    own_id: str | None = None
    again: bool = False


WRONG = {
    "no key": Wrong("invalid_api_key", 401, key=None),
    "a wrong key": Wrong("invalid_api_key", 401, imagegenx=403, grpc=401, key="no"),
    "an unknown model": Wrong("unknown_model", model="nothing"),
    "no prompt": Wrong("invalid_request", text=""),
    "a prompt nobody takes": Wrong("invalid_request", model="invert", urls={"image": PUBLIC_URL}),
    "a picture nobody takes": Wrong("invalid_request", urls={"mask": PUBLIC_URL}),
    "a private address": Wrong(
        "url_not_allowed", text="", model="invert", urls={"image": "http://10.0.0.1/a.png"}
    ),
    "a file's address": Wrong(
        "url_not_allowed", text="", model="invert", urls={"image": "file:///etc/passwd"}
    ),
    "steps below nothing": Wrong("invalid_request", params={"steps": -1}),
    "no size": Wrong("invalid_request", params={"resolution": "0x0"}),
    "an enlargement nobody can do": Wrong("not_supported", upscale=2),
    "a mark without a text": Wrong("invalid_request", watermark={}),
    "a mark in no colour": Wrong("invalid_request", watermark={"text": "a", "color": "red"}),
    "a mark nowhere": Wrong("invalid_request", watermark={"text": "a", "position": "left"}),
    "other content under one id": Wrong("idempotency_mismatch", own_id="one", again=True),
    "an id with a blank": Wrong("invalid_request", own_id="a b"),
}


def v1_body(wrong: Wrong) -> dict[str, Any]:
    mark = wrong.watermark
    output: dict[str, Any] = {"upscale": wrong.upscale}
    output["watermark"] = None if mark is None else {"type": "text", **mark}
    pictures = {f"{role}_url": url for role, url in wrong.urls.items()}
    return {
        "model": wrong.model, "input": {"prompt": wrong.text or None, **pictures},
        "params": wrong.params, "output": output, "client_request_id": wrong.own_id,
    }  # fmt: skip


def imagegenx_body(wrong: Wrong) -> dict[str, Any]:
    mark = wrong.watermark
    post_process = {
        "super_resolution": "" if wrong.upscale == 1 else f"{wrong.upscale}x",
        "watermark": None if mark is None else {"enable": True, **mark},
    }
    pictures = {f"{role}_url": url for role, url in wrong.urls.items()}
    params = {**wrong.params, "post_process": post_process}
    return {"text": wrong.text, "model_type": wrong.model, "params": params, **pictures}


def message(wrong: Wrong) -> wire.SubmitTaskRequest:
    mark = wrong.watermark
    post_process = wire.PostProcess(
        super_resolution="" if wrong.upscale == 1 else f"{wrong.upscale}x",
        watermark=None if mark is None else wire.Watermark(enable=True, **mark),
    )
    pictures = {f"{role}_url": url for role, url in wrong.urls.items()}
    return wire.SubmitTaskRequest(
        api_key=wrong.key or "", task_id=wrong.own_id or "", text=wrong.text,
        model_type=wrong.model or "", **pictures,
        params=wire.TaskParams(post_process=post_process, **wrong.params),
    )  # fmt: skip


@pytest.fixture
async def client(surface: Surface) -> AsyncIterator[AsyncClient]:
    async with surface.client(key=None) as client:
        yield client


async def over_v1(client: AsyncClient, wrong: Wrong) -> Response:
    headers = {} if wrong.key is None else {"x-api-key": wrong.key}
    return await client.post("/v1/tasks", json=v1_body(wrong), headers=headers)


async def over_imagegenx(client: AsyncClient, wrong: Wrong) -> Response:
    headers = {} if wrong.key is None else {"x-api-key": wrong.key}
    headers |= {} if wrong.own_id is None else {"idempotency-key": wrong.own_id}
    return await client.post(GENERATE, json=imagegenx_body(wrong), headers=headers)


async def all_refuse(client: AsyncClient, stub: SchedulerServiceStub, wrong: Wrong) -> None:
    assert_problem(await over_v1(client, wrong), wrong.status, wrong.code)
    refused(await over_imagegenx(client, wrong), wrong.imagegenx or wrong.status, wrong.code)
    call = stub.SubmitTask(message(wrong))
    answer = await call
    assert answer.code == (wrong.grpc or wrong.status)
    assert answer.message.partition(": ")[0] == wrong.code
    assert dict(await call.trailing_metadata())["error-code"] == wrong.code


@pytest.mark.parametrize("name", WRONG)
async def test_one_code_on_every_surface(
    client: AsyncClient, stub: SchedulerServiceStub, surface: Surface, name: str
) -> None:
    wrong = WRONG[name]
    if wrong.again:
        first = Wrong("", text="a ship", own_id=wrong.own_id)
        assert (await over_v1(client, first)).status_code == 202
    await all_refuse(client, stub, wrong)
    waiting = sum((await surface.container.queue().depth()).values())
    assert waiting == (1 if wrong.again else 0)


async def test_a_key_that_opens_no_more_has_one_code(
    client: AsyncClient, stub: SchedulerServiceStub, surface: Surface
) -> None:
    cases = surface.gateway.use_cases
    expired = await cases.create_key(KeyOrder(user_id="u", tenant="a", life_s=60))
    revoked = await cases.create_key(KeyOrder(user_id="u", tenant="a", life_s=600))
    reading = await cases.create_key(
        KeyOrder(user_id="u", tenant="a", life_s=600, scopes=["tasks:read"])
    )
    await cases.revoke_key(revoked.key.key_id)
    surface.now.at += 61
    for key, code, status in [
        (expired, "api_key_expired", 401), (revoked, "api_key_revoked", 401),
        (reading, "insufficient_scope", 403),
    ]:  # fmt: skip
        wrong = Wrong(code, status, imagegenx=403, grpc=401, key=key.text)
        await all_refuse(client, stub, wrong)


@pytest.mark.parametrize(
    ("raised", "wrong"),
    [
        (StorageUnavailable(), Wrong("storage_unavailable", 503, grpc=500)),
        (Overloaded(), Wrong("overloaded", 503, grpc=429)),
        (ZeroDivisionError("/secret"), Wrong("internal_error", 500)),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_our_own_faults_have_one_code_too(
    client: AsyncClient,
    stub: SchedulerServiceStub,
    surface: Surface,
    monkeypatch: pytest.MonkeyPatch,
    raised: Exception,
    wrong: Wrong,
) -> None:
    async def broken(*_: object) -> None:
        raise raised

    monkeypatch.setattr(surface.store, "insert_once", broken)
    await all_refuse(client, stub, wrong)


async def test_a_task_that_is_not_there_has_one_code(
    client: AsyncClient, stub: SchedulerServiceStub
) -> None:
    headers = {"x-api-key": KEY}
    assert_problem(await client.get("/v1/tasks/none", headers=headers), 404, "task_not_found")
    missing = await client.get("/api/v1/image/task/none", headers=headers)
    refused(missing, 404, "task_not_found")
    answer = await stub.QueryTask(wire.QueryTaskRequest(task_id="none", api_key=KEY))
    assert (answer.code, answer.message.partition(": ")[0]) == (404, "task_not_found")
