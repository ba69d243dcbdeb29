"""Reading, listing, canceling, retrying and forgetting tasks."""

import asyncio
from typing import Any

import pytest
from httpx2 import AsyncClient
from starlette.requests import ClientDisconnect, Request

from domain.model.life_cycle import claim
from entrypoints.http.waiting import while_there
from ports.clock import Elapsed
from tests.contract.http.problems import assert_problem
from tests.contract.http.surface import Surface, body, finished, inline, png, submitted

pytestmark = pytest.mark.anyio

NOBODYS = "01890000-0000-7000-8000-000000000000"


async def started(surface: Surface, client: AsyncClient) -> str:
    """A task that a worker holds."""
    task_id = await submitted(client)
    await surface.ledger.change(
        task_id, lambda task: claim(task, surface.now(), "worker", surface.policy)
    )
    return task_id


async def test_a_finished_task(client: AsyncClient, surface: Surface) -> None:
    large = {"image_base64": inline(png(512, 256))}
    task_id = await finished(surface, client, input=large)
    answer = await client.get(f"/v1/tasks/{task_id}")
    task, folder = answer.json(), f"results/a/20270115/{task_id}/1/{task_id}"
    assert answer.status_code == 200
    assert "retry-after" not in answer.headers
    assert (task["status"], task["progress"], task["attempt"]) == ("SUCCESS", 100, 1)
    assert all(isinstance(ms, int) for ms in task["timing"].values())
    result = task["result"]
    assert result["s3_key"] == f"{folder}_512x256.png"
    assert result["url"].startswith(f"http://test/v1/files/{folder}_512x256.png?expires=")
    assert result["url_expires_at"] == "2027-01-15T09:00:00.000Z"
    assert result["thumbnail_url"].startswith(f"http://test/v1/files/{folder}_256x128.png?")
    assert (result["size"], result["content_type"], result["data"]) == ([512, 256], "image/png", {})


async def test_a_link_does_not_outlive_its_file(client: AsyncClient, surface: Surface) -> None:
    task_id = await finished(surface, client)
    surface.now.at += 604_800 - 60
    result = (await client.get(f"/v1/tasks/{task_id}")).json()["result"]
    assert result["url_expires_at"] == "2027-01-22T08:00:00.000Z"


async def test_a_failed_task_says_why(client: AsyncClient, surface: Surface) -> None:
    cut = {"image_base64": body()["input"]["image_base64"][:40]}
    task_id = await finished(surface, client, input=cut)
    task = (await client.get(f"/v1/tasks/{task_id}")).json()
    assert (task["status"], task["result"]) == ("FAILURE", None)
    assert task["error"] == {
        "code": "image_corrupt", "message": task["error"]["message"], "retryable": False,
        "attempts": 1,
    }  # fmt: skip
    assert task["timing"]["infer_ms"] is None
    assert task["timing"]["total_ms"] == 0


async def test_a_long_poll_ends_with_the_task(client: AsyncClient, surface: Surface) -> None:
    task_id = await submitted(client)
    call = asyncio.create_task(client.get(f"/v1/tasks/{task_id}?wait=60"))
    await surface.work(task_id)
    assert (await call).json()["status"] == "SUCCESS"


async def test_a_long_poll_ends_in_time(leaping: Elapsed) -> None:
    surface = Surface(elapsed=leaping)
    async with surface.client() as client:
        answer = await client.get(f"/v1/tasks/{await submitted(client)}?wait=60")
    assert (answer.status_code, answer.json()["status"]) == (200, "PENDING")
    assert answer.headers["retry-after"] == "1"


async def test_a_caller_who_left_is_not_waited_for() -> None:
    canceled = asyncio.Event()

    async def poll() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            canceled.set()

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    with pytest.raises(ClientDisconnect):
        await while_there(Request({"type": "http"}, receive), poll())
    assert canceled.is_set()


async def test_a_caller_who_leaves_harms_no_task(client: AsyncClient, surface: Surface) -> None:
    task_id = await submitted(client)
    call = asyncio.create_task(client.get(f"/v1/tasks/{task_id}?wait=60"))
    await asyncio.sleep(0)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    await surface.work(task_id)
    assert (await client.get(f"/v1/tasks/{task_id}")).json()["status"] == "SUCCESS"


@pytest.mark.parametrize(
    "task_id", [NOBODYS, "1", "..", "%2e%2e%2f", "a%00b", "%0d%0aX", "x" * 999]
)
async def test_an_id_of_nothing(client: AsyncClient, task_id: str) -> None:
    answer = await client.get(f"/v1/tasks/{task_id}")
    code = "task_not_found" if answer.json()["code"] == "task_not_found" else "route_not_found"
    assert_problem(answer, 404, code)


@pytest.mark.parametrize(
    ("method", "tail"),
    [
        ("GET", ""), ("GET", "/result"), ("GET", "/thumbnail"), ("GET", "/events"),
        ("POST", "/cancel"), ("POST", "/retry"), ("DELETE", ""),
    ],
)  # fmt: skip
async def test_another_tenants_task_looks_like_none(
    surface: Surface, method: str, tail: str
) -> None:
    async with surface.client("key-of-b") as owner:
        theirs = await finished(surface, owner)
    async with surface.client(**{"x-request-id": "same"}) as client:
        foreign = await client.request(method, f"/v1/tasks/{theirs}{tail}")
        unknown = await client.request(method, f"/v1/tasks/{NOBODYS}{tail}")
        malformed = await client.request(method, f"/v1/tasks/a%20b{tail}")
    assert_problem(foreign, 404, "task_not_found")
    assert foreign.content == unknown.content == malformed.content


async def test_tenants_list_their_own(surface: Surface) -> None:
    async with surface.client() as a, surface.client("key-of-b") as b:
        mine, theirs = await submitted(a), await submitted(b)
        listed = [(await each.get("/v1/tasks")).json()["data"] for each in (a, b)]
    assert [[task["task_id"] for task in page] for page in listed] == [[mine], [theirs]]


async def test_equal_keys_of_two_tenants_are_two_tasks(surface: Surface) -> None:
    async with surface.client() as a, surface.client("key-of-b") as b:
        mine = await submitted(a, client_request_id="k")
        assert await submitted(b, client_request_id="k") != mine


async def test_canceling_a_waiting_task_ends_it(client: AsyncClient) -> None:
    answer = await client.post(f"/v1/tasks/{await submitted(client)}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "CANCELED")


async def test_canceling_a_running_task_takes_a_moment(
    client: AsyncClient, surface: Surface
) -> None:
    answer = await client.post(f"/v1/tasks/{await started(surface, client)}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (202, "STARTED")
    assert answer.headers["retry-after"] == "1"


async def test_canceling_a_finished_task_changes_nothing(
    client: AsyncClient, surface: Surface
) -> None:
    task_id = await finished(surface, client)
    before = await client.get(f"/v1/tasks/{task_id}")
    answer = await client.post(f"/v1/tasks/{task_id}/cancel")
    assert (answer.status_code, answer.content) == (200, before.content)


async def test_a_retry_is_a_new_task(client: AsyncClient, surface: Surface) -> None:
    old = await finished(surface, client)
    answer = await client.post(f"/v1/tasks/{old}/retry")
    task = answer.json()
    assert (answer.status_code, task["status"], task["retry_of"]) == (202, "PENDING", old)
    assert answer.headers["location"] == f"/v1/tasks/{task['task_id']}"


async def test_what_has_not_ended_can_be_neither_retried_nor_deleted(client: AsyncClient) -> None:
    task_id = await submitted(client)
    for answer in (
        await client.post(f"/v1/tasks/{task_id}/retry"),
        await client.delete(f"/v1/tasks/{task_id}"),
    ):
        assert_problem(answer, 409, "task_not_terminal")


async def test_a_deleted_task_is_gone(client: AsyncClient, surface: Surface) -> None:
    task_id = await finished(surface, client)
    answer = await client.delete(f"/v1/tasks/{task_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    for tail in ("", "/result", "/thumbnail"):
        assert_problem(await client.get(f"/v1/tasks/{task_id}{tail}"), 410, "task_gone")
    assert (await client.get("/v1/tasks")).json()["data"] == []


async def test_who_knows_a_task_is_not_sent_it_again(client: AsyncClient, surface: Surface) -> None:
    task_id = await submitted(client)
    path = f"/v1/tasks/{task_id}"
    first = await client.get(path)
    known = {"if-none-match": first.headers["etag"]}
    again = await client.get(path, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == "private, no-cache"
    assert again.headers["retry-after"] == "1"
    await surface.work(task_id)
    ended = await client.get(path, headers=known)
    assert (ended.status_code, ended.json()["status"]) == (200, "SUCCESS")
    known = {"if-none-match": f'"other", {ended.headers["etag"]}'}
    assert (await client.get(path, headers=known)).status_code == 304


async def test_who_knows_an_ended_task_holds_links_that_live(
    client: AsyncClient, surface: Surface
) -> None:
    path = f"/v1/tasks/{await finished(surface, client)}"
    known = {"if-none-match": (await client.get(path)).headers["etag"]}
    surface.now.at += 3600 - 1
    assert (await client.get(path, headers=known)).status_code == 200


async def test_a_task_knows_its_place_once_its_message_is_noted(
    client: AsyncClient, surface: Surface
) -> None:
    tasks = [await submitted(client, client_request_id=str(n)) for n in range(3)]
    surface.now.at += 2
    await surface.container.confirm()()
    shown = [(await client.get(f"/v1/tasks/{task_id}")).json() for task_id in tasks]
    assert [task["queue_position"] for task in shown] == [0, 1, 2]
    assert [task["estimated_start_s"] for task in shown] == [None] * 3
    known = {"if-none-match": (await client.get(f"/v1/tasks/{tasks[2]}")).headers["etag"]}
    await surface.work(tasks[0])
    moved_up = await client.get(f"/v1/tasks/{tasks[2]}", headers=known)
    assert (moved_up.status_code, moved_up.json()["queue_position"]) == (200, 1)
    assert (await client.get(f"/v1/tasks/{tasks[0]}")).json()["queue_position"] is None


async def test_a_submit_that_would_wait_in_vain_is_refused(
    client: AsyncClient, surface: Surface
) -> None:
    forecast = surface.container.forecast()
    for second in range(20):
        forecast._pace.note(second, 2 * second, waiting=1)
    for n in range(99):
        await submitted(client, client_request_id=str(n))
    refused = await client.post("/v1/tasks", json=body(ttl_s=30))
    assert_problem(refused, 503, "overloaded")
    assert refused.headers["retry-after"] == "20"
    assert "ttl_s" in refused.json()["remedy"]
    assert (await client.post("/v1/tasks", json=body(ttl_s=60))).status_code == 202
