"""POST /v1/batches and what follows: all or nothing, named faults, counts, cancel."""

import asyncio
from typing import Any

import pytest
from httpx2 import AsyncClient

from domain.model.batch import MOST_ITEMS
from tests.contract.http.problems import assert_problem
from tests.contract.http.surface import OTHER_KEY, Surface, body

pytestmark = pytest.mark.anyio


def items(count: int, **fields: Any) -> list[dict[str, Any]]:
    return [body(custom_id=f"item {n}", **fields) for n in range(count)]


async def accepted(client: AsyncClient, count: int, **fields: Any) -> dict[str, Any]:
    answer = await client.post("/v1/batches", json={"items": items(count), **fields})
    assert answer.status_code == 202, answer.text
    batch: dict[str, Any] = answer.json()
    return batch


async def test_a_batch_is_accepted_and_its_tasks_named(
    client: AsyncClient, surface: Surface
) -> None:
    answer = await client.post("/v1/batches", json={"items": items(3)})
    batch = answer.json()
    own = f"http://test/v1/batches/{batch['batch_id']}"
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/batches/{batch['batch_id']}"
    assert answer.headers["retry-after"] == "1"
    assert [task["custom_id"] for task in batch.pop("tasks")] == ["item 0", "item 1", "item 2"]
    assert batch == {
        "batch_id": batch["batch_id"],
        "counts": {"total": 3, "pending": 3, "succeeded": 0, "failed": 0, "canceled": 0},
        "progress": 0, "created_at": "2027-01-15T08:00:00.000Z", "finished_at": None,
        "urls": {
            "self": own, "cancel": f"{own}/cancel",
            "tasks": f"http://test/v1/tasks?batch_id={batch['batch_id']}",
        },
    }  # fmt: skip
    assert sum((await surface.container.queue().depth()).values()) == 3
    assert (await client.get(own)).json() == batch


async def test_its_tasks_are_tasks_like_others(client: AsyncClient) -> None:
    batch = await accepted(client, 2)
    listed = (await client.get(batch["urls"]["tasks"])).json()["data"]
    assert {task["batch_id"] for task in listed} == {batch["batch_id"]}
    first = (await client.get(f"/v1/tasks/{batch['tasks'][0]['task_id']}")).json()
    assert (first["custom_id"], first["batch_id"]) == ("item 0", batch["batch_id"])


async def test_a_bare_array_is_a_batch_too(client: AsyncClient) -> None:
    answer = await client.post("/v1/batches", json=[body(), body()])
    assert answer.status_code == 202
    assert [task["custom_id"] for task in answer.json()["tasks"]] == [None, None]


async def test_equal_items_are_tasks_of_their_own(client: AsyncClient) -> None:
    """The signature of a deterministic request joins single submits only."""
    assert (await client.post("/v1/tasks", json=body())).status_code == 202
    batch = (await client.post("/v1/batches", json=[body(), body()])).json()
    assert len({task["task_id"] for task in batch["tasks"]}) == 2


async def test_counts_and_progress_follow_the_tasks(client: AsyncClient, surface: Surface) -> None:
    batch = await accepted(client, 3)
    ids = [task["task_id"] for task in batch["tasks"]]
    await surface.work(ids[0])
    await client.post(f"/v1/tasks/{ids[1]}/cancel")
    seen = (await client.get(f"/v1/batches/{batch['batch_id']}")).json()
    assert seen["counts"] == {
        "total": 3, "pending": 1, "succeeded": 1, "failed": 0, "canceled": 1
    }  # fmt: skip
    assert seen["progress"] == 66
    await surface.work(ids[2])
    answer = await client.get(f"/v1/batches/{batch['batch_id']}")
    assert answer.json()["progress"] == 100
    assert "retry-after" not in answer.headers


async def test_an_expired_task_counts_as_failed(client: AsyncClient, surface: Surface) -> None:
    batch = (await client.post("/v1/batches", json=items(2, ttl_s=5))).json()
    surface.now.at += 6
    await surface.container.recover()()
    seen = (await client.get(f"/v1/batches/{batch['batch_id']}")).json()
    assert seen["counts"]["failed"] == 2


async def test_a_batch_is_finished_then_gone_then_unknown(
    client: AsyncClient, surface: Surface
) -> None:
    batch = await accepted(client, 1)
    own = f"/v1/batches/{batch['batch_id']}"
    await surface.work(batch["tasks"][0]["task_id"])
    surface.now.at += 1
    await surface.container.finish_batches()()
    assert (await client.get(own)).json()["finished_at"] == "2027-01-15T08:00:01.000Z"
    surface.now.at += 604_800
    answer = await client.get(own)
    assert (answer.status_code, answer.json()["code"]) == (410, "batch_gone")
    surface.now.at += 31 * 86_400
    assert (await client.get(own)).status_code == 404


@pytest.mark.parametrize("how", ["field", "header"])
async def test_a_replay_answers_the_same_batch(
    client: AsyncClient, surface: Surface, how: str
) -> None:
    fields = {"client_request_id": "b-1"} if how == "field" else {}
    headers = {"idempotency-key": "b-1"} if how == "header" else {}
    asked = {"items": items(2), **fields}
    first, again = [await client.post("/v1/batches", json=asked, headers=headers) for _ in range(2)]
    assert (first.status_code, again.status_code) == (202, 200)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()
    assert sum((await surface.container.queue().depth()).values()) == 2
    assert len(surface.blobs.keys()) == 2


async def test_many_equal_posts_at_once_are_one_batch(
    client: AsyncClient, surface: Surface
) -> None:
    asked = {"items": items(3), "client_request_id": "b-1"}
    answers = await asyncio.gather(*(client.post("/v1/batches", json=asked) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [202]
    assert len({answer.json()["batch_id"] for answer in answers}) == 1
    assert sum((await surface.container.queue().depth()).values()) == 3


@pytest.mark.parametrize("other", [items(2)[::-1], items(3), items(2, priority="low")])
async def test_a_name_used_for_another_batch_is_a_mismatch(
    client: AsyncClient, other: list[dict[str, Any]]
) -> None:
    await accepted(client, 2, client_request_id="b-1")
    again = {"items": other, "client_request_id": "b-1"}
    answer = await client.post("/v1/batches", json=again)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")


async def test_every_bad_item_is_named_and_none_accepted(
    client: AsyncClient, surface: Surface
) -> None:
    asked: list[Any] = [
        body(custom_id="a"), {"modle": "invert", "input": {}}, body("nobody"), "text", 3, None,
        body(custom_id="a"), {"model": "invert", "input": {"image_url": "http://127.0.0.1/x.png"}},
        body(client_request_id="mine"), {"model": "invert", "input": {}}, body(),
    ]  # fmt: skip
    answer = await client.post("/v1/batches", json={"items": asked})
    told = answer.json()
    named = {int(error["pointer"].split("/")[2]) for error in told["errors"]}
    assert (answer.status_code, told["code"]) == (422, "invalid_request")
    assert named == {1, 2, 3, 4, 5, 6, 7, 8, 9}
    assert told["detail"].startswith("9 of 11 items")
    assert all(error["pointer"].startswith("/items/") for error in told["errors"])
    assert (await client.get("/v1/tasks")).json()["data"] == []
    assert len(surface.blobs.keys()) == 0


async def test_a_bare_arrays_faults_point_into_it(client: AsyncClient) -> None:
    told = (await client.post("/v1/batches", json=[body(), body("nobody")])).json()
    assert [error["pointer"].split("/")[1] for error in told["errors"]] == ["1"]


@pytest.mark.parametrize(
    "wrong",
    [
        {}, {"items": []}, {"items": {}}, {"items": [{}] * (MOST_ITEMS + 1)}, [], "text", 7, None,
        {"items": [body()], "priority": "high"}, {"items": [body()], "client_request_id": ""},
        {"items": [body(custom_id="")]}, {"items": [body(custom_id=7)]},
        {"items": [body(custom_id="line\nbreak")]},
    ],
)  # fmt: skip
async def test_what_is_no_batch_is_a_422(client: AsyncClient, wrong: Any) -> None:
    answer = await client.post("/v1/batches", json=wrong)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]


async def test_a_cancel_stops_what_waits_and_leaves_what_ended(
    client: AsyncClient, surface: Surface
) -> None:
    batch = await accepted(client, 4)
    own = f"/v1/batches/{batch['batch_id']}"
    await surface.work(batch["tasks"][0]["task_id"])
    answer = await client.post(f"{own}/cancel")
    assert answer.status_code == 200
    assert answer.json()["counts"] == {
        "total": 4, "pending": 0, "succeeded": 1, "failed": 0, "canceled": 3
    }  # fmt: skip
    assert (await client.post(f"{own}/cancel")).json() == answer.json()


@pytest.mark.parametrize("batch_id", ["00000000-0000-7000-8000-000000000000", "..", "ended", "a b"])
async def test_an_unknown_batch_is_a_404(client: AsyncClient, batch_id: str) -> None:
    for answer in (
        await client.get(f"/v1/batches/{batch_id}"),
        await client.post(f"/v1/batches/{batch_id}/cancel"),
    ):
        assert answer.status_code == 404


async def test_anothers_batch_looks_like_none(client: AsyncClient, surface: Surface) -> None:
    batch = await accepted(client, 1)
    async with surface.client(OTHER_KEY) as other:
        answer = await other.get(f"/v1/batches/{batch['batch_id']}")
        assert (answer.status_code, answer.json()["code"]) == (404, "batch_not_found")
        cancel = await other.post(f"/v1/batches/{batch['batch_id']}/cancel")
        assert cancel.status_code == 404
    assert (await client.get(f"/v1/batches/{batch['batch_id']}")).json()["counts"]["pending"] == 1


async def test_a_batch_that_does_not_fit_the_queue_is_refused_whole() -> None:
    surface = Surface(max_queue_depth=3)
    async with surface.client() as client:
        answer = await client.post("/v1/batches", json={"items": items(4)})
        assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
        assert (await client.get("/v1/tasks")).json()["data"] == []
        await accepted(client, 3)


async def test_a_tenant_has_so_many_waiting_and_no_more() -> None:
    surface = Surface(max_queue_depth_per_tenant=3)
    async with surface.client() as client, surface.client(OTHER_KEY) as other:
        batch = await accepted(client, 2)
        for refused in (
            await client.post("/v1/batches", json=items(2)),
            *[await client.post("/v1/tasks", json=body(metadata={"n": n})) for n in (1, 2)][1:],
        ):
            assert_problem(refused, 429, "queue_quota_exceeded")
            assert int(refused.headers["retry-after"]) >= 1
        await accepted(other, 3)
        await surface.work(batch["tasks"][0]["task_id"])
        assert (await client.post("/v1/tasks", json=body(metadata={"n": 3}))).status_code == 202
