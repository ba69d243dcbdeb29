"""/v1/models and /v1/queues."""

from dataclasses import replace

import pytest
from httpx2 import AsyncClient

from adapters.runners.invert import InvertRunner
from domain.model.errors import InvalidRequest
from domain.model.model_registry import ModelRegistry
from domain.model.model_spec import ModelSpec, Params
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


class Missing(InvertRunner):
    spec = replace(InvertRunner.spec, name="missing", max_pixels=11)
    unavailable = "There is no weights file."


@pytest.fixture
def models() -> ModelRegistry:
    models = ModelRegistry("negative")
    models.register(InvertRunner, aliases=("negative",))
    models.register(Missing)
    return models


@pytest.mark.anyio
async def test_a_model_that_can_not_run_is_listed_with_the_reason_and_refused(
    models: ModelRegistry,
) -> None:
    async with Surface(models=models).client() as client:
        found = {each["name"]: each for each in (await client.get("/v1/models")).json()["data"]}
        assert found["invert"]["aliases"] == ["negative"]
        missing = found["missing"]
        assert (missing["available"], missing["reason"]) == (False, "There is no weights file.")
        assert missing["max_pixels"] == 11
        assert (await client.get("/v1/models/missing")).json() == missing
        answer = await client.post("/v1/tasks", json=body("missing"))
    assert_problem(answer, 422, "model_unavailable")
    assert "There is no weights file." in answer.json()["detail"]


@pytest.mark.anyio
@pytest.mark.parametrize("name", [None, "negative", "invert"])
async def test_an_alias_and_no_name_at_all_mean_the_model_itself(
    models: ModelRegistry, name: str | None
) -> None:
    asked = {field: each for field, each in body().items() if field != "model"}
    async with Surface(models=models).client() as client:
        answer = await client.post("/v1/tasks", json=asked | ({"model": name} if name else {}))
        assert (answer.status_code, answer.json()["model"]) == (202, "invert")


@pytest.mark.anyio
async def test_a_models_own_limit_of_pixels_holds_at_the_submit() -> None:
    class Small(InvertRunner):
        spec = replace(InvertRunner.spec, max_pixels=11)

    models = ModelRegistry()
    models.register(Small)
    async with Surface(models=models).client() as client:
        answer = await client.post("/v1/tasks", json=body())  # 4 × 3 px
    assert_problem(answer, 422, "image_too_large")
    assert answer.json()["errors"][0]["pointer"] == "/input/image_base64"
    assert "at most 11 pixels" in answer.json()["detail"]


def test_a_model_of_pictures_and_texts() -> None:
    needs = frozenset({"image", "mask", "prompt", "negative_prompt"})
    schema = model_document(ModelSpec(name="paint", description="", needs=needs))["input"]
    assert set(schema["properties"]) == {
        "image_url", "image_base64", "mask_url", "mask_base64", "prompt", "negative_prompt",
    }  # fmt: skip
    assert (schema["required"], len(schema["allOf"])) == (["prompt"], 2)


def test_a_model_that_may_have_pictures() -> None:
    """None of them, or each in one way, and a mask only with an image."""
    takes = frozenset({"image", "mask", "negative_prompt"})
    spec = ModelSpec(name="paint", description="", needs=frozenset({"prompt"}), takes=takes)
    schema = model_document(spec)["input"]
    image, mask = (
        [{"required": [f"{role}_url"]}, {"required": [f"{role}_base64"]}]
        for role in ("image", "mask")
    )
    assert schema["required"] == ["prompt"]
    assert schema["allOf"] == [
        {"oneOf": [{"not": {"anyOf": image}}, *image]},
        {"oneOf": [{"not": {"anyOf": mask}}, *({**one, "anyOf": image} for one in mask)]},
    ]
    assert schema["properties"]["prompt"]["minLength"] == 1
    assert "minLength" not in schema["properties"]["negative_prompt"]


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
        {"priority": "high", "depth": 0, "oldest_wait_s": 0.0},
        {"priority": "normal", "depth": 0, "oldest_wait_s": 0.0},
        {"priority": "low", "depth": 1, "oldest_wait_s": 0.0},
    ]
