"""Request ids, access events, CORS."""

import re

import pytest
from httpx2 import ASGITransport, AsyncClient

from adapters.tracing.memory import MemoryTracing
from domain.model.events import RequestServed
from tests.contract.http.surface import Surface, body, finished

pytestmark = pytest.mark.anyio

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.mark.parametrize("given", ["a", "trace-1.2_3", "x" * 128])
async def test_a_harmless_request_id_is_kept(client: AsyncClient, given: str) -> None:
    answer = await client.get("/v1/limits", headers={"x-request-id": given})
    assert answer.headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", " ", "a b", "a\nb", "é", "x" * 129, "<script>", "a;b"])
async def test_any_other_is_replaced(client: AsyncClient, given: str) -> None:
    headers = [(b"x-request-id", given.encode("latin-1"))]
    answer = await client.get("/v1/limits", headers=headers)
    assert UUID7.fullmatch(answer.headers["x-request-id"])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/health", 200),
        ("GET", "/nowhere", 404),
        ("PUT", "/v1/tasks", 405),
        ("POST", "/v1/tasks", 422),
    ],
)
async def test_every_answer_is_named_and_not_sniffed(
    client: AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path, headers={"x-request-id": "r-1"})
    assert answer.status_code == status
    assert answer.headers.get_list("x-request-id") == ["r-1"]
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    if status >= 400:
        assert answer.json()["request_id"] == "r-1"
        assert answer.json()["instance"] == "urn:request:r-1"


async def test_a_body_too_large_is_named_and_told(client: AsyncClient, surface: Surface) -> None:
    headers = {"x-request-id": "r-1"}
    answer = await client.post("/v1/tasks", content=b" " * 2_000_000, headers=headers)
    assert (answer.status_code, answer.headers["x-request-id"]) == (413, "r-1")
    [told] = surface.told(RequestServed)
    assert (told.route, told.status, told.tenant) == ("unmatched", 413, None)


async def test_routes_are_told_by_their_template(client: AsyncClient, surface: Surface) -> None:
    task_id = await finished(surface, client)
    url = (await client.get(f"/v1/tasks/{task_id}")).json()["result"]["url"]
    for path in (f"/v1/tasks/{task_id}/result", url, "/v1/models/x", f"/{task_id}", "/health/live"):
        await client.get(path)
    await client.request("BREW", "/v1/tasks")
    told = [(e.method, e.route, e.status, e.tenant) for e in surface.told(RequestServed)]
    assert told == [
        ("POST", "/v1/tasks", 202, "a"),
        ("GET", "/v1/tasks/{task_id}", 200, "a"),
        ("GET", "/v1/tasks/{task_id}/result", 200, "a"),
        ("GET", "/v1/files/{key:path}", 200, None),
        ("GET", "/v1/models/{name}", 404, "a"),
        ("GET", "unmatched", 404, None),
        ("GET", "/health/live", 200, None),
        ("OTHER", "/v1/tasks", 405, None),
    ]
    assert task_id not in repr(surface.told(RequestServed))


async def test_a_caller_who_left_got_no_answer(surface: Surface) -> None:
    sent = []

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(message: object) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/v1/tasks", "raw_path": b"/v1/tasks",
        "query_string": b"", "headers": [(b"x-api-key", b"key-of-a")], "scheme": "http",
        "server": ("test", 80), "client": ("127.0.0.1", 1), "root_path": "",
    }  # fmt: skip
    await surface.app(scope, receive, send)
    assert sent == []
    assert [event.status for event in surface.told(RequestServed)] == [499]


async def test_other_origins_are_none_by_default(client: AsyncClient) -> None:
    answer = await client.get("/health", headers={"origin": "https://app.example"})
    assert "access-control-allow-origin" not in answer.headers


async def test_a_listed_origin_may_call_and_read_the_headers() -> None:
    surface, origin = Surface(cors_origins="https://app.example"), "https://app.example"
    asked = {"access-control-request-method": "POST",
             "access-control-request-headers": "x-api-key,idempotency-key"}  # fmt: skip
    async with surface.client(origin=origin) as client:
        may = await client.options("/v1/tasks", headers=asked)
        answer = await client.post("/v1/tasks", json=body())
        wrong = await client.post("/v1/tasks", json={})
    assert may.status_code == 200
    for each in (may, answer, wrong):
        assert each.headers["access-control-allow-origin"] == origin
        assert "x-request-id" in each.headers
    assert "Location" in answer.headers["access-control-expose-headers"]


async def test_behind_a_prefix_addresses_keep_it(surface: Surface) -> None:
    transport = ASGITransport(surface.app, root_path="/darkroom")
    headers = {"x-api-key": "key-of-a", "host": "photos.example"}
    async with AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        answer = await client.post("/darkroom/v1/tasks", json=body())
    task = answer.json()
    assert task["urls"]["self"] == f"http://photos.example/darkroom/v1/tasks/{task['task_id']}"
    assert answer.headers["location"] == f"/darkroom/v1/tasks/{task['task_id']}"


@pytest.mark.parametrize("host", [b"a b", b"[", b"evil\\path", b"x/y", b"\xff", b"user@host"])
async def test_a_host_that_is_none_is_not_repeated(surface: Surface, host: bytes) -> None:
    transport, headers = ASGITransport(surface.app), [(b"x-api-key", b"key-of-a"), (b"host", host)]
    async with AsyncClient(transport=transport, base_url="http://test:8000") as client:
        answer = await client.post("/v1/tasks", json=body(), headers=headers)
    assert answer.json()["urls"]["self"].startswith("http://test:8000/v1/tasks/")


async def test_a_traced_request_is_named_by_its_route() -> None:
    tracing = MemoryTracing()
    surface = Surface(gateway={"tracing": tracing})
    async with surface.client() as client:
        for path in ("/v1/tasks/0", "/v1/none-of-ours?secret=1", "/health/live", "/metrics"):
            await client.get(path)
    shown = [(span.name, span.facts["http.response.status_code"]) for span in tracing.spans]
    assert shown == [("GET /v1/tasks/{task_id}", 404), ("GET unmatched", 404)]
    assert {span.kind for span in tracing.spans} == {"server"}
    assert "secret" not in repr(tracing.spans)
