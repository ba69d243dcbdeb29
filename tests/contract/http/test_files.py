"""/v1/files: links the gateway signed."""

import pytest
from httpx2 import AsyncClient

from tests.contract.http.problems import assert_problem
from tests.contract.http.surface import Surface, finished

pytestmark = pytest.mark.anyio


async def linked(surface: Surface, client: AsyncClient) -> str:
    task_id = await finished(surface, client)
    url: str = (await client.get(f"/v1/tasks/{task_id}")).json()["result"]["url"]
    return url


@pytest.fixture
async def stranger(surface: Surface) -> AsyncClient:
    return surface.client(key=None)


async def test_a_link_needs_no_key(
    client: AsyncClient, stranger: AsyncClient, surface: Surface
) -> None:
    answer = await stranger.get(await linked(surface, client))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith('attachment; filename="')
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "ratelimit" not in answer.headers


async def test_a_link_ends(client: AsyncClient, stranger: AsyncClient, surface: Surface) -> None:
    url = await linked(surface, client)
    surface.now.at += 3599
    assert (await stranger.get(url)).status_code == 200
    surface.now.at += 1
    assert_problem(await stranger.get(url), 403, "invalid_link")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("expires=18", "expires=19"),
        ("expires=18", "expires=-18"),
        ("expires=18", "expires=1e"),
        ("expires=18", "expires=" + "9" * 5000),
        ("expires=18", "expires=%C2%B2"),
        ("signature=", "signature=0"),
        ("signature=", "signature=%C3%A9"),
        ("signature=", "other="),
        (".png", ".jpg"),
        ("results/a/", "results/b/"),
        ("results/", "results/%2e%2e%2fresults/"),
        ("results/", "%2e%2e/results/"),
        ("results/", "%00/"),
        ("?", "?x="),
    ],
)
async def test_a_link_that_was_touched_opens_nothing(
    client: AsyncClient, stranger: AsyncClient, surface: Surface, old: str, new: str
) -> None:
    url = await linked(surface, client)
    assert old in url
    assert_problem(await stranger.get(url.replace(old, new, 1)), 403, "invalid_link")


async def test_a_key_is_no_link(client: AsyncClient, surface: Surface) -> None:
    url = await linked(surface, client)
    assert_problem(await client.get(url.partition("?")[0]), 403, "invalid_link")


async def test_links_are_for_reading(
    client: AsyncClient, stranger: AsyncClient, surface: Surface
) -> None:
    url = await linked(surface, client)
    for method in ("PUT", "DELETE", "POST"):
        assert_problem(await stranger.request(method, url), 405, "method_not_allowed")


async def test_a_link_to_a_deleted_file(
    client: AsyncClient, stranger: AsyncClient, surface: Surface
) -> None:
    url = await linked(surface, client)
    await surface.blobs.delete("results/")
    assert_problem(await stranger.get(url), 410, "task_gone")


async def test_storage_that_signs_its_own_links_has_none_here() -> None:
    surface = Surface(gateway={"links": None})
    async with surface.client() as client:
        assert_problem(await client.get("/v1/files/a/b"), 404, "route_not_found")
