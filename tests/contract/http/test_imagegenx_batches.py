"""Batches of ImageGenX: many texts, one answer; all are accepted or none."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from tests.contract.http.envelopes import refused
from tests.contract.http.surface import OTHER_KEY, Surface
from tests.contract.painting import KNOWN, painting

pytestmark = pytest.mark.anyio

BATCH, BATCH_TASK = "/api/v1/image/batch-generate", "/api/v1/image/batch-task/"
TASK = "/api/v1/image/task/"


@pytest.fixture
def surface() -> Surface:
    return Surface(models=painting())


async def batched(client: AsyncClient, *texts: str, **fields: Any) -> dict[str, Any]:
    answer = await client.post(BATCH, json={"texts": texts, **fields})
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def test_each_text_is_a_task_with_the_same_params(
    client: AsyncClient, surface: Surface
) -> None:
    params = {"steps": 3, "post_process": {"format": "png"}}
    data = await batched(client, "a boat", "a ship", params=params, model_type="paint")
    assert (data["total"], data["status"], data["progress"]) == (2, "waiting", 0)
    assert data["query_url"] == f"http://test{BATCH_TASK}{data['batch_id']}"
    tasks = [await surface.store.get(each["task_id"]) for each in data["tasks"]]
    assert [task and task.request.texts["prompt"] for task in tasks] == ["a boat", "a ship"]
    for task in tasks:
        assert task is not None
        assert task.request.params == {**KNOWN, "steps": 3}
        assert task.request.output.format == "png"
        assert task.batch_id == data["batch_id"]


async def test_how_far_it_is(client: AsyncClient, surface: Surface) -> None:
    data = await batched(client, "a boat", "fail", "a ship", "a raft")
    done, failed, canceled, _ = [each["task_id"] for each in data["tasks"]]
    await surface.work(done)
    await surface.work(failed)
    await client.post(f"/v1/tasks/{canceled}/cancel")
    envelope = (await client.get(BATCH_TASK + data["batch_id"])).json()
    found = envelope["data"]
    assert (envelope["code"], envelope["message"]) == (200, "success")
    counts = {name: found[name] for name in found if name.endswith("count")}
    assert counts == {"success_count": 1, "failed_count": 2, "waiting_count": 1}
    assert (found["total"], found["progress"]) == (4, 75)
    assert [each["status"] for each in found["tasks"]] == ["success", "failed", "failed", "waiting"]
    one = (await client.get(TASK + done)).json()["data"]
    assert found["tasks"][0]["result"]["size"] == one["result"]["size"]
    assert found["tasks"][1]["error_code"] == "inference_failed"


async def test_a_repeated_batch_is_the_same_one(client: AsyncClient, surface: Surface) -> None:
    headers = {"idempotency-key": "once"}
    body = {"texts": ["a boat", "a ship"]}
    first = await client.post(BATCH, json=body, headers=headers)
    for each in first.json()["data"]["tasks"]:
        await surface.work(each["task_id"])
    again = await client.post(BATCH, json=body, headers=headers)
    assert again.json()["data"]["batch_id"] == first.json()["data"]["batch_id"]
    assert again.headers["idempotent-replayed"] == "true"
    assert (again.json()["data"]["status"], again.json()["data"]["progress"]) == ("success", 100)
    other = await client.post(BATCH, json={"texts": ["a raft"]}, headers=headers)
    refused(other, 422, "idempotency_mismatch")


async def test_a_batch_of_v1_can_be_read_here(client: AsyncClient) -> None:
    item = {"model": "paint", "input": {"prompt": "a boat"}}
    batch = (await client.post("/v1/batches", json=[item, item])).json()
    data = (await client.get(BATCH_TASK + batch["batch_id"])).json()["data"]
    assert (data["total"], data["waiting_count"]) == (2, 2)


async def test_more_than_twenty_are_refused_not_cut(client: AsyncClient) -> None:
    data = await batched(client, *["a boat"] * 20)
    assert data["total"] == len(data["tasks"]) == 20
    answer = await client.post(BATCH, json={"texts": ["a boat"] * 21})
    told = refused(answer, 422, "invalid_request")
    assert told["errors"][0]["pointer"] == "/texts"
    assert "at most 20" in answer.json()["message"]


@pytest.mark.parametrize(
    ("fields", "error_code", "pointers"),
    [
        ({"texts": []}, "invalid_request", ["/texts"]),
        ({"texts": "a boat"}, "invalid_request", ["/texts"]),
        ({"texts": ["a", ""]}, "invalid_request", ["/texts/1"]),
        ({"texts": ["a", 5]}, "invalid_request", ["/texts/1"]),
        ({"text": "a"}, "unknown_field", ["/text"]),
        ({"model_type": "nothing"}, "unknown_model", []),
        ({"texts": ["a", "b"], "params": {"stepz": 5}}, "invalid_request", ["/params/stepz"]),
        ({"params": {"post_process": {"super_resolution": "2x"}}}, "invalid_request",
         ["/params/post_process/super_resolution"]),
        ({"model_type": "invert", "texts": ["a", "b"]}, "invalid_request",
         ["/image_url", "/texts/0", "/texts/1"]),
    ],
)  # fmt: skip
async def test_a_wrong_value_is_named_once_and_nothing_is_accepted(
    client: AsyncClient,
    surface: Surface,
    fields: dict[str, Any],
    error_code: str,
    pointers: list[str],
) -> None:
    answer = await client.post(BATCH, json={"texts": ["a boat"], **fields})
    data = refused(answer, 422, error_code)
    assert sorted({error["pointer"] for error in data["errors"]}) == sorted(pointers)
    assert len(data["errors"]) == len(pointers)
    assert sum((await surface.container.queue().depth()).values()) == 0


async def test_unknown_and_foreign_batches_are_the_same(
    client: AsyncClient, surface: Surface
) -> None:
    batch_id = (await batched(client, "a boat"))["batch_id"]
    async with surface.client(OTHER_KEY) as other:
        foreign = await other.get(BATCH_TASK + batch_id)
    unknown = await client.get(BATCH_TASK + "0" * 32)
    odd = await client.get(BATCH_TASK + "..%2f")
    for answer in (foreign, unknown):
        refused(answer, 404, "batch_not_found")
    assert odd.status_code == 404
    async with surface.client(key=None) as stranger:
        refused(await stranger.post(BATCH, json={"texts": ["a"]}), 401, "invalid_api_key")
