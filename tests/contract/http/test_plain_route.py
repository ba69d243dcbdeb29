"""A submit takes a shorter way through the server than other calls; nobody can tell."""

from collections.abc import Callable
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient, Response

from domain.model.events import RequestServed
from tests.contract.http.surface import KEY, Surface, body

pytestmark = pytest.mark.anyio

PATH = "/v1/tasks"


async def _sent(surface: Surface, root_path: str, **asked: Any) -> Response:
    """Below a root path a submit goes the long way."""
    transport = ASGITransport(surface.app, root_path=root_path)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        headers = {"x-api-key": KEY, "x-request-id": "r-1"}
        return await client.post(PATH, headers=headers, **asked)


ASKED: dict[str, Callable[[str], dict[str, Any]]] = {
    "accepted": lambda way: {"json": body(metadata={"way": way})},
    "refused": lambda _way: {"json": body(surprise=1)},
    "no JSON": lambda _way: {"content": b"{"},
    "too large": lambda _way: {"content": b"x" * 3_000_000},
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
async def test_both_ways_answer_alike(
    surface: Surface, asked: Callable[[str], dict[str, Any]]
) -> None:
    short = await _sent(surface, "", **asked("short"))
    long = await _sent(surface, "/root", **asked("long"))
    assert short.status_code == long.status_code
    assert short.headers.keys() == long.headers.keys()
    assert short.json().keys() == long.json().keys()
    assert short.headers["x-request-id"] == "r-1"
    told = [(event.route, event.status) for event in surface.told(RequestServed)]
    assert told[0] == told[1]


async def test_other_methods_of_the_path_are_served(surface: Surface) -> None:
    async with surface.client() as client:
        assert (await client.get(PATH)).json()["data"] == []
        refused = await client.put(PATH, json=body())
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, POST")
