"""Every wrong submit gets a problem with a stable code and a remedy, never a 500."""

import asyncio
import base64
import json
from typing import Any

import pytest
from httpx2 import AsyncClient

from tests.contract.http.problems import assert_problem
from tests.contract.http.surface import MAX_UPLOAD_BYTES, Surface, body, png
from tests.contract.http.wrong_bodies import IMPOSSIBLE, NO_OBJECTS, WRONG_FIELDS

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def surface() -> Surface:
    """Wrong requests change nothing, so they share one."""
    return Surface()


@pytest.mark.parametrize("name", WRONG_FIELDS)
async def test_a_wrong_field_is_named(client: AsyncClient, name: str) -> None:
    wrong, code, pointer = WRONG_FIELDS[name]
    answer = await client.post("/v1/tasks", json=wrong)
    assert_problem(answer, 422, code)
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert "\r" not in answer.text
    assert "\x1b" not in answer.text


@pytest.mark.parametrize("name", IMPOSSIBLE)
async def test_a_request_that_means_something_impossible(client: AsyncClient, name: str) -> None:
    wrong, status, code = IMPOSSIBLE[name]
    assert_problem(await client.post("/v1/tasks", json=wrong), status, code)


@pytest.mark.parametrize("name", NO_OBJECTS)
async def test_a_body_that_is_no_json_object(client: AsyncClient, name: str) -> None:
    answer = await client.post("/v1/tasks", content=NO_OBJECTS[name])
    assert_problem(answer, 422, "invalid_request")
    assert "RFC 8259" in answer.json()["remedy"]


async def test_all_wrong_fields_are_named_at_once(client: AsyncClient) -> None:
    wrong = {"model": 1, "inputs": {}, "priority": "x", "output": {"quality": 0, "fromat": 1}}
    answer = await client.post("/v1/tasks", json=wrong)
    named = {error["pointer"]: error["detail"] for error in answer.json()["errors"]}
    assert_problem(answer, 422, "unknown_field")
    assert set(named) == {
        "/model", "/input", "/inputs", "/priority", "/output/quality", "/output/fromat",
    }  # fmt: skip
    assert "Did you mean 'input'?" in named["/inputs"]
    assert "Did you mean 'format'?" in named["/output/fromat"]


async def test_thousands_of_wrong_fields_get_an_answer_people_can_read(
    client: AsyncClient,
) -> None:
    answer = await client.post("/v1/tasks", json=body() | {f"field{i}": i for i in range(5_000)})
    assert_problem(answer, 422, "unknown_field")
    assert len(answer.json()["errors"]) == 50
    assert "4999 more" in answer.json()["detail"]


async def test_nothing_of_a_wrong_body_is_repeated(client: AsyncClient) -> None:
    answer = await client.post("/v1/tasks", json=body(priority="<script>" * 100))
    assert "<script>" not in answer.text


async def test_an_announced_body_too_large_is_refused_unread(client: AsyncClient) -> None:
    read = False

    async def unread() -> Any:
        nonlocal read
        read = True
        yield b""

    answer = await client.post(
        "/v1/tasks", content=unread(), headers={"content-length": str(10**12)}
    )
    assert_problem(answer, 413, "body_too_large")
    assert not read


async def test_a_streamed_body_too_large_is_refused_while_it_streams(
    client: AsyncClient, surface: Surface
) -> None:
    chunks = 0

    async def endless() -> Any:
        nonlocal chunks
        while True:
            chunks += 1
            yield b" " * 100_000

    answer = await client.post("/v1/tasks", content=endless())
    assert_problem(answer, 413, "body_too_large")
    assert chunks == surface.gateway.limits.max_body_bytes // 100_000 + 1


async def test_the_largest_picture_fits_into_the_largest_body(client: AsyncClient) -> None:
    largest = png()[:8] + bytes(MAX_UPLOAD_BYTES - 8)
    answer = await client.post("/v1/tasks", json=body() | {"input": {
        "image_base64": base64.b64encode(largest).decode()}})  # fmt: skip
    assert answer.status_code == 202


async def test_a_body_that_never_ends_is_given_up(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entrypoints.http.json_body.RECEIVE_S", 0.01)

    async def stalled() -> Any:
        yield json.dumps(body()).encode()[:10]
        await asyncio.Event().wait()

    assert_problem(await client.post("/v1/tasks", content=stalled()), 408, "body_timeout")


async def test_a_large_body_is_parsed_beside_the_loop(client: AsyncClient) -> None:
    padded = json.dumps(body()).encode().ljust(70_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("entrypoints.http.json_body.ON_LOOP_BYTES", 1_000)
        answer = await client.post("/v1/tasks", content=padded)
        wrong = await client.post("/v1/tasks", content=padded + b"]")
    assert answer.status_code == 202
    assert_problem(wrong, 422, "invalid_request")
