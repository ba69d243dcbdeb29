"""Keys, and how often they may call."""

import pytest
from httpx2 import AsyncClient

from domain.model.events import RequestServed
from tests.contract.http.problems import assert_problem
from tests.contract.http.surface import KEY, Surface, body

pytestmark = pytest.mark.anyio

CALLS = [
    ("POST", "/v1/tasks"), ("GET", "/v1/tasks"), ("GET", "/v1/tasks/x"), ("DELETE", "/v1/tasks/x"),
    ("GET", "/v1/tasks/x/result"), ("GET", "/v1/tasks/x/thumbnail"), ("POST", "/v1/tasks/x/cancel"),
    ("POST", "/v1/tasks/x/retry"), ("GET", "/v1/models"), ("GET", "/v1/models/invert"),
    ("GET", "/v1/limits"), ("GET", "/v1/queues"), ("GET", "/v1/usage"), ("POST", "/v1/batches"),
    ("GET", "/v1/batches/x"), ("GET", "/v1/admin/keys"), ("POST", "/v1/admin/keys"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), CALLS)
async def test_nothing_is_answered_without_a_key(surface: Surface, method: str, path: str) -> None:
    async with surface.client(key=None) as stranger:
        answer = await stranger.request(method, path)
    assert_problem(answer, 401, "invalid_api_key")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "ratelimit" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"x-api-key": KEY},
        {"x-api-key": f"  {KEY} "},
        {"authorization": f"Bearer {KEY}"},
        {"authorization": f"bearer {KEY}"},
        {"x-api-key": KEY, "authorization": "Basic eDp5"},
    ],
)
async def test_a_key_comes_either_way(surface: Surface, headers: dict[str, str]) -> None:
    async with surface.client(key=None, **headers) as client:
        assert (await client.get("/v1/limits")).json()["tenant"] == "a"


@pytest.mark.parametrize(
    "headers",
    [
        {"x-api-key": "wrong"},
        {"x-api-key": ""},
        {"x-api-key": KEY.upper()},
        {"x-api-key": "wrong", "authorization": f"Bearer {KEY}"},
        {"authorization": KEY},
        {"authorization": f"Basic {KEY}"},
        {"authorization": "Bearer"},
    ],
)
async def test_a_wrong_key_opens_nothing(surface: Surface, headers: dict[str, str]) -> None:
    async with surface.client(key=None, **headers) as client:
        assert_problem(await client.get("/v1/limits"), 401, "invalid_api_key")


async def test_bytes_that_are_no_ascii_are_a_wrong_key(surface: Surface) -> None:
    async with surface.client(key=None) as client:
        answer = await client.get("/v1/tasks", headers=[(b"x-api-key", b"\xff\xfe")])
    assert_problem(answer, 401, "invalid_api_key")


async def test_a_key_is_never_told(surface: Surface) -> None:
    async with surface.client(key="a-secret-guess") as client:
        answer = await client.post("/v1/tasks", json=body())
    assert "a-secret-guess" not in answer.text
    assert "a-secret-guess" not in repr(surface.telemetry.events)


async def test_guessing_keys_is_slowed_down(surface: Surface) -> None:
    async with surface.client(key="guess") as client:
        answers = [await client.get("/v1/limits") for _ in range(61)]
    assert {answer.status_code for answer in answers[:-1]} == {401}
    assert_problem(answers[-1], 429, "rate_limited")
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_what_is_left_is_told_with_every_answer(client: AsyncClient) -> None:
    first, second = [await client.post("/v1/tasks", json={}) for _ in range(2)]
    assert first.headers["ratelimit-policy"] == '"write";q=10000;w=60'
    assert first.headers["ratelimit"].startswith('"write";r=9999;t=')
    assert second.headers["ratelimit"].startswith('"write";r=9998;t=')
    read = await client.get("/v1/tasks")
    assert read.headers["ratelimit-policy"] == '"read";q=100000;w=60'


async def test_too_many_writes_leave_the_reads() -> None:
    surface = Surface(rate_limit_per_minute=2)
    async with surface.client() as client:
        answers = [await client.post("/v1/tasks", json=body()) for _ in range(3)]
        reading = await client.get("/v1/tasks")
    refused = answers[-1]
    wait_s = refused.headers["retry-after"]
    assert_problem(refused, 429, "rate_limited")
    assert refused.json()["retryable"] is True
    assert int(wait_s) >= 1
    assert refused.headers["ratelimit-policy"] == '"write";q=2;w=60'
    assert refused.headers["ratelimit"] == f'"write";r=0;t={wait_s}'
    assert reading.status_code == 200


async def test_one_key_does_not_slow_another() -> None:
    surface = Surface(rate_limit_per_minute=1)
    async with surface.client() as a, surface.client("key-of-b") as b:
        assert [(await a.post("/v1/tasks", json=body())).status_code for _ in range(2)] == [
            202,
            429,
        ]
        assert (await b.post("/v1/tasks", json=body())).status_code == 202


async def test_asking_for_the_limits_costs_nothing() -> None:
    surface = Surface(rate_limit_per_minute=1)
    async with surface.client() as client:
        before = [(await client.get("/v1/limits")).json()["requests"] for _ in range(20)]
        await client.post("/v1/tasks", json=body())
        after = (await client.get("/v1/limits")).json()["requests"]
    full = {"limit": 1, "window_s": 60, "remaining": 1, "reset_s": 0}
    assert all(each["write"] == full for each in before)
    assert (after["write"]["remaining"], after["read"]["remaining"]) == (0, 10)


async def test_the_limits(client: AsyncClient) -> None:
    limits = (await client.get("/v1/limits")).json()
    del limits["requests"]
    assert limits == {
        "tenant": "a",
        "images": {
            "max_upload_bytes": 2**20, "max_pixels": 64_000_000, "max_side_px": 16_384,
            "formats": ["png", "jpeg", "webp"],
        },
        "max_body_bytes": 2**20 * 4 // 3 + 65_536, "daily_tasks": None,
        "max_queue_depth": 10_000,
        "max_queue_depth_per_tenant": 5_000, "url_ttl_s": 3600,
        "result_ttl_s": 604_800, "idempotency_ttl_s": 86_400,
    }  # fmt: skip


async def test_a_call_past_its_quota_is_told_of_its_tenant() -> None:
    surface = Surface(rate_limit_per_minute=1)
    async with surface.client() as client:
        for _ in range(2):
            await client.post("/v1/tasks", json=body())
    served = [(event.status, event.tenant) for event in surface.told(RequestServed)]
    assert served == [(202, "a"), (429, "a")]
