"""/v1/models and /v1/queues."""

import pytest
from httpx2 import AsyncClient

from domain.model.errors import InvalidRequest
from domain.model.runner import ModelSpec, Params
from entrypoints.http.model_view import model_document
from tests.contract.http.problems import assert_problem
from tests.contract.http.surface import Surface, body, submitted


@pytest.mark.anyio
async def test_the_models(client: AsyncClient) -> None:
    answer = await client.get("/v1/models")
    assert [model["name"] for model in answer.json()["data"]] == ["invert", "measure"]
    assert answer.headers["cache-control"] == "private, max-age=60"


@pytest.mark.anyio
async def test_a_model_says_what_it_takes(client: AsyncClient) -> None:
    model = (await client.get("/v1/models/invert")).json()
    assert (model["available"], model["reason"]) == (True, None)
    assert (model["deterministic"], model["makes_picture"], model["scale"]) == (True, True, 1)
    assert set(model["input"]["properties"]) == {"image_url", "image_base64"}
    assert model["input"]["allOf"] == [
        {"oneOf": [{"required": ["image_url"]}, {"required": ["image_base64"]}]}
    ]
    assert model["params"]["properties"]["strength"]["maximum"] == 1


@pytest.mark.anyio
async def test_the_examples_can_be_sent_as_they_are(client: AsyncClient) -> None:
    examples = (await client.get("/v1/models/invert")).json()["examples"]
    assert len(examples) == 2
    for example in examples:
        inline = example | {"input": body()["input"]}
        assert (await client.post("/v1/tasks", json=inline)).status_code == 202


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["inverse", "a%0d%0ab", "x" * 999])
async def test_an_unknown_model_is_not_found(client: AsyncClient, name: str) -> None:
    assert_problem(await client.get(f"/v1/models/{name}"), 404, "unknown_model")


def test_a_model_of_pictures_and_texts() -> None:
    needs = frozenset({"image", "mask", "prompt", "negative_prompt"})
    schema = model_document(ModelSpec(name="paint", description="", needs=needs))["input"]
    assert set(schema["properties"]) == {
        "image_url", "image_base64", "mask_url", "mask_base64", "prompt", "negative_prompt",
    }  # fmt: skip
    assert (schema["required"], len(schema["allOf"])) == (["prompt"], 2)


def test_a_model_that_has_no_default_params_promises_no_determinism() -> None:
    def validate(params: Params) -> Params:
        raise InvalidRequest

    spec = ModelSpec(
        name="x", description="", validate=validate, deterministic=lambda params: params["seed"]
    )
    assert model_document(spec)["deterministic"] is False


@pytest.mark.anyio
async def test_the_workers(client: AsyncClient, surface: Surface) -> None:
    heartbeat = surface.container.heartbeat()
    await heartbeat()
    [worker] = (await client.get("/v1/workers")).json()["data"]
    assert (worker["state"], worker["device"]) == ("ready", "cpu")
    assert worker["models"] == ["invert", "measure"]
    await heartbeat.drain()
    [worker] = (await client.get("/v1/workers")).json()["data"]
    assert worker["state"] == "draining"
    await heartbeat.leave()
    assert (await client.get("/v1/workers")).json()["data"] == []


@pytest.mark.anyio
async def test_the_queues(client: AsyncClient, surface: Surface) -> None:
    await submitted(client, priority="low")
    assert (await client.get("/v1/queues")).json()["data"] == [
        {"priority": "high", "depth": 0, "oldest_wait_s": None},
        {"priority": "normal", "depth": 0, "oldest_wait_s": None},
        {"priority": "low", "depth": 1, "oldest_wait_s": None},
    ]
