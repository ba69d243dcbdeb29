"""Keys that are given out: by whom, what they may, and what becomes of them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx2 import AsyncClient

from domain.model.api_key import Role
from domain.use_cases.create_key import KeyOrder
from tests.contract.http.problems import assert_problem
from tests.contract.http.surface import Surface, body, submitted

pytestmark = pytest.mark.anyio

DAY_S = 86_400


async def key(surface: Surface, **order: Any) -> str:
    """The text of a fresh key."""
    create = surface.container.use_cases().create_key
    return (await create(KeyOrder(**{"user_id": "ada", **order}))).text


@pytest.fixture
async def root(surface: Surface) -> AsyncIterator[AsyncClient]:
    async with surface.client(await key(surface, user_id="root", role=Role.ADMIN)) as client:
        yield client


async def created(root: AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await root.post("/v1/admin/keys", json={"user_id": "ada", **fields})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_key_is_shown_once_and_works(root: AsyncClient, surface: Surface) -> None:
    made = await created(root)
    text = made.pop("key")
    assert text.startswith(f"dk_live_{made['key_id']}_")
    assert made == {
        "key_id": made["key_id"], "user_id": "ada", "tenant": "ada", "role": "free",
        "scopes": ["tasks:read", "tasks:write"], "per_second": 30, "per_minute": None,
        "daily_tasks": 1000, "created_at": "2027-01-15T08:00:00.000Z",
        "expires_at": "2027-02-14T08:00:00.000Z", "revoked_at": None,
    }  # fmt: skip
    listed = await root.get("/v1/admin/keys?user_id=ada")
    assert listed.json() == {"data": [made]}
    assert text not in listed.text
    async with surface.client(text) as client:
        task_id = await submitted(client)
        assert (await client.get(f"/v1/tasks/{task_id}")).status_code == 200
        assert (await client.get("/v1/limits")).json()["tenant"] == "ada"


async def test_keys_of_one_tenant_see_the_same_tasks(root: AsyncClient, surface: Surface) -> None:
    texts = [(await created(root, user_id=user, tenant="acme"))["key"] for user in ("ada", "bob")]
    stranger = (await created(root, user_id="eve"))["key"]
    async with surface.client(texts[0]) as ada, surface.client(texts[1]) as bob:
        task_id = await submitted(ada)
        assert (await bob.get(f"/v1/tasks/{task_id}")).status_code == 200
    async with surface.client(stranger) as eve:
        assert (await eve.get(f"/v1/tasks/{task_id}")).status_code == 404


async def test_a_revoked_key_is_refused_from_the_next_call_on(
    root: AsyncClient, surface: Surface
) -> None:
    made = await created(root)
    async with surface.client(made["key"]) as client:
        task_id = await submitted(client)
        revoked = (await root.delete(f"/v1/admin/keys/{made['key_id']}")).json()
        assert revoked["revoked_at"] == "2027-01-15T08:00:00.000Z"
        assert_problem(await client.get(f"/v1/tasks/{task_id}"), 401, "api_key_revoked")
        assert_problem(await client.post("/v1/tasks", json=body()), 401, "api_key_revoked")
    assert await surface.store.get(task_id) is not None
    again = await root.delete(f"/v1/admin/keys/{made['key_id']}")
    assert (again.status_code, again.json()) == (200, revoked)


async def test_a_key_expires(root: AsyncClient, surface: Surface) -> None:
    made = await created(root, expires_in_days=2)
    async with surface.client(made["key"]) as client:
        surface.now.at += 2 * DAY_S - 1
        assert (await client.get("/v1/limits")).status_code == 200
        surface.now.at += 1
        answer = await client.get("/v1/limits")
    assert_problem(answer, 401, "api_key_expired")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_wrong_secret_under_a_known_id_is_no_key(
    root: AsyncClient, surface: Surface
) -> None:
    """Not even that the id is known, or its key revoked, is told to who lacks the secret."""
    made = await created(root)
    other = await created(root)
    forged = made["key"][:25] + other["key"][25:]
    for presented in (forged, made["key"][:-1] + "~", made["key"].upper(), made["key_id"]):
        async with surface.client(presented) as client:
            assert_problem(await client.get("/v1/limits"), 401, "invalid_api_key")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/admin/keys"), ("GET", "/v1/admin/keys"), ("DELETE", "/v1/admin/keys/x")],
)
async def test_only_an_admin_gives_out_keys(surface: Surface, method: str, path: str) -> None:
    for text in ("key-of-a", await key(surface, role=Role.PAID)):
        async with surface.client(text) as client:
            answer = await client.request(method, path, json={"user_id": "eve"})
        assert_problem(answer, 403, "insufficient_scope")
    async with surface.client(key=None) as stranger:
        assert_problem(await stranger.request(method, path), 401, "invalid_api_key")


async def test_a_key_does_what_its_scopes_say(root: AsyncClient, surface: Surface) -> None:
    reader = (await created(root, scopes=["tasks:read"]))["key"]
    writer = (await created(root, scopes=["tasks:write"]))["key"]
    async with surface.client(reader) as reads, surface.client(writer) as writes:
        assert (await reads.get("/v1/tasks")).status_code == 200
        refused = await reads.post("/v1/tasks", json=body())
        assert_problem(refused, 403, "insufficient_scope")
        assert "tasks:write" in refused.json()["detail"]
        assert (await writes.post("/v1/tasks", json=body())).status_code == 202
        assert_problem(await writes.get("/v1/tasks"), 403, "insufficient_scope")


async def test_an_unknown_key_is_not_revoked(root: AsyncClient) -> None:
    for key_id in ("0" * 16, "a b", "x"):
        answer = await root.delete(f"/v1/admin/keys/{key_id}")
        assert_problem(answer, 404, "key_not_found")


@pytest.mark.parametrize(
    "wrong",
    [
        {}, {"user_id": ""}, {"user_id": "a/b"}, {"user_id": "x" * 65}, {"user_id": 7},
        {"user_id": "ada", "role": "king"}, {"user_id": "ada", "scopes": ["all"]},
        {"user_id": "ada", "per_second": 0}, {"user_id": "ada", "daily_tasks": -1},
        {"user_id": "ada", "expires_in_days": 0}, {"user_id": "ada", "kee": 1},
    ],
)  # fmt: skip
async def test_what_is_no_order_is_a_422(root: AsyncClient, wrong: dict[str, Any]) -> None:
    assert (await root.post("/v1/admin/keys", json=wrong)).status_code == 422


async def test_calls_in_a_second_are_limited(root: AsyncClient, surface: Surface) -> None:
    """All of them fall into one second, or the limiter, whose clock is the machine's, lets more
    in: so it is asked far more often than it allows."""
    text = (await created(root, per_second=2))["key"]
    async with surface.client(text) as client:
        answers = [await client.get("/v1/tasks") for _ in range(40)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert_problem(refused[0], 429, "rate_limited")
    assert refused[0].headers["retry-after"] in {"1", "2"}
    assert refused[0].headers["ratelimit-policy"] == '"read";q=2;w=1'


async def test_a_key_has_a_minute_of_its_own(root: AsyncClient, surface: Surface) -> None:
    text = (await created(root, per_minute=2))["key"]
    async with surface.client(text) as client:
        answers = [await client.post("/v1/tasks", json=body()) for _ in range(3)]
        limits = (await client.get("/v1/limits")).json()["requests"]
    assert [answer.status_code for answer in answers] == [202, 200, 429]
    assert (limits["write"]["limit"], limits["read"]["limit"], limits["per_second"]) == (2, 20, 30)


async def test_the_days_tasks_run_out_whatever_way_they_come(
    root: AsyncClient, surface: Surface
) -> None:
    text = (await created(root, daily_tasks=3))["key"]
    async with surface.client(text) as client:
        refused = await client.post("/v1/batches", json=[body()] * 4)
        assert_problem(refused, 429, "daily_quota_exceeded")
        assert (await client.post("/v1/batches", json=[body()] * 2)).status_code == 202
        left = (await client.get("/v1/limits")).json()["daily_tasks"]
        assert (left["limit"], left["remaining"], left["window_s"]) == (3, 1, DAY_S)
        task_id = await submitted(client, params={}, metadata={"n": 1})
        await client.post(f"/v1/tasks/{task_id}/cancel")
        again = await client.post(f"/v1/tasks/{task_id}/retry")
        more = await client.post("/v1/tasks", json=body(metadata={"n": 2}))
    for answer in (again, more):
        assert_problem(answer, 429, "daily_quota_exceeded")
        assert int(answer.headers["retry-after"]) > 80_000


async def test_usage_is_counted_by_key(root: AsyncClient, surface: Surface) -> None:
    made = [await created(root, tenant="acme") for _ in range(2)]
    async with surface.client(made[0]["key"]) as one, surface.client(made[1]["key"]) as other:
        task_id = await submitted(one)
        await one.post("/v1/batches", json=[body()] * 2)
        await surface.work(task_id)
        size = (await one.get(f"/v1/tasks/{task_id}")).json()["result"]["bytes"]
        used, unused = (await one.get("/v1/usage")).json(), (await other.get("/v1/usage")).json()
        surface.now.at += 40 * DAY_S
    assert used["key_id"] == made[0]["key_id"]
    assert (used["tenant"], used["last_day"]) == ("acme", "2027-01-15")
    assert (used["total"]["tasks"], used["total"]["bytes"]) == (3, size)
    assert used["total"]["gpu_seconds"] >= 0
    assert used["days"] == [{"day": "2027-01-15", **used["total"]}]
    assert unused["total"] == {"tasks": 0, "gpu_seconds": 0, "bytes": 0}


async def test_usage_is_of_the_days_that_are_asked_for(
    client: AsyncClient, surface: Surface
) -> None:
    await submitted(client)
    surface.now.at += 3 * DAY_S
    assert (await client.get("/v1/usage?days=3")).json()["total"]["tasks"] == 0
    assert (await client.get("/v1/usage?days=4")).json()["total"]["tasks"] == 1
    assert (await client.get("/v1/usage?days=93")).status_code == 422


async def test_the_other_surface_says_403_to_a_key_that_opens_no_more(
    root: AsyncClient, surface: Surface
) -> None:
    made = await created(root)
    await root.delete(f"/v1/admin/keys/{made['key_id']}")
    async with surface.client(made["key"]) as client:
        answer = await client.get("/api/v1/image/task/00000000-0000-7000-8000-000000000000")
    assert answer.status_code == 403
    assert answer.json()["data"]["error_code"] == "api_key_revoked"
