"""The documentation works without the internet, and says what the routes do."""

import re
from importlib.metadata import version
from typing import Any

import pytest
from httpx2 import AsyncClient

from entrypoints.http.app import ROUTES
from tests.contract.http.problems import assert_problem
from tests.contract.http.surface import Surface

pytestmark = pytest.mark.anyio


@pytest.fixture
async def stranger(surface: Surface) -> AsyncClient:
    return surface.client(key=None)


@pytest.fixture
async def document(stranger: AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = (await stranger.get("/openapi.json")).json()
    return found


async def test_the_page_loads_nothing_from_elsewhere(stranger: AsyncClient) -> None:
    page = await stranger.get("/docs")
    assert page.status_code == 200
    assert not re.search(r"https?:|//", page.text.replace("<!doctype", ""))
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    loaded = re.findall(r'(?:href|src)="([^"]+)"', page.text)
    assert len(loaded) == 4
    for address in loaded:
        part = await stranger.get(f"/{address}")
        assert part.status_code == 200
        assert part.content


async def test_the_page_has_no_script_of_its_own(stranger: AsyncClient) -> None:
    page = (await stranger.get("/docs")).text
    assert not re.search(r"<script(?! src=)", page)
    start = await stranger.get("/docs/start.js")
    assert start.headers["content-type"].startswith("text/javascript")
    assert 'url: "openapi.json"' in start.text


async def test_the_root_leads_to_the_docs(stranger: AsyncClient) -> None:
    answer = await stranger.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "docs")


@pytest.mark.parametrize("name", ["nothing.js", "__init__.py", "%2e%2e%2fmain.py"])
async def test_no_other_file_is_served(stranger: AsyncClient, name: str) -> None:
    answer = await stranger.get(f"/docs/{name}")
    assert_problem(answer, 404, "route_not_found")


async def test_every_route_is_described(document: dict[str, Any]) -> None:
    described = {
        (method.upper(), path) for path, calls in document["paths"].items() for method in calls
    }
    routes = {
        (method, route.path.replace(":path", ""))
        for route in ROUTES
        if route.include_in_schema
        for method in route.methods or ()
    }
    assert described == routes


async def test_the_submit_body_is_described(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    call = document["paths"]["/v1/tasks"]["post"]
    reference = call["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schema = schemas[reference.rpartition("/")[2]]
    assert schema["required"] == ["input"]
    assert schema["additionalProperties"] is False
    assert set(schema["properties"]) >= {"params", "output", "priority", "ttl_s", "metadata"}
    assert {each["name"] for each in call["parameters"]} == {"Prefer", "Idempotency-Key"}


async def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    references = set(re.findall(r"'\$ref': '#/components/schemas/(\w+)'", repr(document)))
    assert references >= {"TaskDocument", "SubmitBody", "OutputBody", "ProblemDocument"}
    assert references <= set(document["components"]["schemas"])


async def test_every_call_can_answer_a_problem(document: dict[str, Any]) -> None:
    kinds = {True: ("application/json", "RefusalEnvelope"),
             False: ("application/problem+json", "ProblemDocument")}  # fmt: skip
    for path, calls in document["paths"].items():
        media_type, kind = kinds[path.startswith("/api/v1/image/")]
        for call in calls.values():
            content = call["responses"]["default"]["content"]
            assert content[media_type]["schema"]["$ref"].endswith(kind)


async def test_who_needs_a_key(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    assert schemes["apiKey"] == {"type": "apiKey", "in": "header", "name": "x-api-key"}
    assert document["security"] == [{"apiKey": []}, {"bearer": []}]
    free = {
        path for path, calls in document["paths"].items()
        for call in calls.values() if call.get("security") == []
    }  # fmt: skip
    assert free == {
        "/health/live", "/health/ready", "/metrics", "/errors", "/errors/{code}",
        "/v1/files/{key}",
    }  # fmt: skip


async def test_no_version_leaves(document: dict[str, Any]) -> None:
    assert version("darkroom") not in repr(document["info"])
