"""GET /v1/tasks: pages, filters, cursors."""

from urllib.parse import parse_qs, urlsplit

import pytest
from httpx2 import AsyncClient

from entrypoints.http.query import cursor_of, id_of
from tests.contract.http.problems import assert_problem
from tests.contract.http.surface import Surface, finished, submitted

pytestmark = pytest.mark.anyio


async def ids(client: AsyncClient, query: str) -> list[str]:
    answer = await client.get(f"/v1/tasks?{query}")
    assert answer.status_code == 200, answer.text
    return [task["task_id"] for task in answer.json()["data"]]


async def fresh(client: AsyncClient, number: int, **fields: object) -> list[str]:
    """The ids of `number` different tasks, newest first."""
    made = [await submitted(client, metadata={"n": n}, **fields) for n in range(number)]
    return made[::-1]


async def test_nothing_is_an_empty_page(client: AsyncClient) -> None:
    answer = await client.get("/v1/tasks")
    assert answer.json() == {"data": [], "has_more": False, "next_cursor": None}
    assert "link" not in answer.headers


async def test_pages_follow_each_other_to_the_end(client: AsyncClient) -> None:
    made, seen, address = await fresh(client, 5), [], "/v1/tasks?limit=2&model=invert"
    while address:
        answer = await client.get(address)
        page = answer.json()
        assert page["has_more"] == bool(page["next_cursor"]) == ("link" in answer.headers)
        seen += [task["task_id"] for task in page["data"]]
        address = answer.headers.get("link", "").partition(">")[0].removeprefix("<")
    assert seen == made


async def test_the_link_repeats_the_filters(client: AsyncClient) -> None:
    await fresh(client, 2)
    answer = await client.get("/v1/tasks?limit=1&status=PENDING&created_after=2020-01-01T00:00:00Z")
    address, _, rel = answer.headers["link"].partition(">; ")
    assert rel == 'rel="next"'
    assert parse_qs(urlsplit(address[1:]).query) == {
        "limit": ["1"], "status": ["PENDING"], "created_after": ["2020-01-01T00:00:00Z"],
        "cursor": [answer.json()["next_cursor"]],
    }  # fmt: skip


async def test_a_new_task_does_not_shift_the_next_page(client: AsyncClient) -> None:
    made = await fresh(client, 3)
    cursor = (await client.get("/v1/tasks?limit=1")).json()["next_cursor"]
    await submitted(client, metadata={"later": True})
    assert await ids(client, f"cursor={cursor}") == made[1:]


async def test_filters(client: AsyncClient, surface: Surface) -> None:
    done = await finished(surface, client)
    surface.now.at += 10
    waiting = await submitted(client, model="measure")
    assert await ids(client, "status=SUCCESS") == [done]
    assert await ids(client, "status=PENDING&model=measure") == [waiting]
    assert await ids(client, "model=nobody") == []
    assert await ids(client, "batch_id=none") == []
    assert await ids(client, "created_after=2027-01-15T08:00:05Z") == [waiting]
    assert await ids(client, "created_after=2027-01-15T10:00:05%2B02:00") == [waiting]
    assert await ids(client, "created_after=2027-01-15T10:00:05+02:00") == [waiting]
    assert await ids(client, "created_after=2028-01-01T00:00:00Z") == []


@pytest.mark.parametrize(
    ("query", "code", "pointer"),
    [
        ("limt=5", "unknown_field", "/query/limt"),
        ("limit=0", "invalid_request", "/query/limit"),
        ("limit=101", "invalid_request", "/query/limit"),
        ("limit=ten", "invalid_request", "/query/limit"),
        ("status=DONE", "invalid_request", "/query/status"),
        ("status=", "invalid_request", "/query/status"),
        ("model=" + "x" * 129, "invalid_request", "/query/model"),
        ("created_after=yesterday", "invalid_request", "/query/created_after"),
        ("created_after=2027-01-15T08:00:00", "invalid_request", "/query/created_after"),
        ("cursor=", "invalid_request", "/query/cursor"),
        ("cursor=a", "invalid_request", "/query/cursor"),
        ("cursor=%FF", "invalid_request", "/query/cursor"),
        ("cursor=Li4v", "invalid_request", "/query/cursor"),
        ("cursor=ab$d", "invalid_request", "/query/cursor"),
    ],
)
async def test_a_wrong_query_is_named(
    client: AsyncClient, query: str, code: str, pointer: str
) -> None:
    answer = await client.get(f"/v1/tasks?{query}")
    assert_problem(answer, 422, code)
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_other_reads_are_as_strict(client: AsyncClient) -> None:
    task_id = await submitted(client)
    for tail in ("?wiat=5", "?wait=61", "?wait=-1", "/result?redirect=maybe", "/result?wait=1"):
        answer = await client.get(f"/v1/tasks/{task_id}{tail}")
        assert answer.status_code == 422, tail


def test_a_cursor_is_opaque_and_comes_back() -> None:
    task_id = "01890000-0000-7000-8000-000000000000"
    assert task_id not in cursor_of(task_id)
    assert id_of(cursor_of(task_id)) == task_id
