"""T6: each hop is judged like the first address."""

import pytest

from domain.model.errors import FetchFailed, UrlNotAllowed
from tests.contract.fetch.conftest import Names, fetching
from tests.servers.scripted_http import ScriptedHttp, answer

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_followed(server: ScriptedHttp, status: int) -> None:
    server.answers["/a/old"] = answer(status, b"moved", location="new?size=1")
    server.answers["/a/new?size=1"] = answer(200, b"picture")
    async with fetching(f"127.0.0.1:{server.port}") as fetcher:
        assert await fetcher.fetch(server.url("/a/old")) == b"picture"


async def test_three_redirects_are_followed_and_a_fourth_is_not(server: ScriptedHttp) -> None:
    for number in range(1, 5):
        server.answers[f"/{number}"] = answer(302, location=f"/{number - 1}")
    server.answers["/0"] = answer(200, b"picture")
    async with fetching(f"127.0.0.1:{server.port}") as fetcher:
        assert await fetcher.fetch(server.url("/3")) == b"picture"
        with pytest.raises(FetchFailed, match="more than 3 times") as error:
            await fetcher.fetch(server.url("/4"))
    assert not error.value.retryable
    assert len(server.requests) == 8


@pytest.mark.parametrize("location", ["/loop", ""])
async def test_a_redirect_to_itself_ends(server: ScriptedHttp, location: str) -> None:
    server.answers["/loop"] = answer(302, location=location)
    async with fetching(f"127.0.0.1:{server.port}") as fetcher:
        with pytest.raises(FetchFailed):
            await fetcher.fetch(server.url("/loop"))
    assert server.connections == 4


@pytest.mark.parametrize("status", [302, 307])
@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "http://0x7f.1:{port}/",
        "http://localhost:{port}/",
        "http://inside.example:{port}/",
        "//169.254.169.254/latest/meta-data/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://user@photos.example/",
        "http://photos.example:22/",
        "file:///etc/passwd",
        "/\\127.0.0.1:{port}/",
    ],
)
async def test_a_redirect_inside_is_refused(
    server: ScriptedHttp, canary: ScriptedHttp, status: int, location: str
) -> None:
    server.answers["/"] = answer(status, location=location.format(port=canary.port))
    names = Names(photos_example=[["127.0.0.1"]], inside_example=[["127.0.0.1"]])
    async with fetching(f"photos.example:{server.port}", names) as fetcher:
        with pytest.raises(UrlNotAllowed):
            await fetcher.fetch(server.url("/", "photos.example"))
    assert (len(server.requests), canary.connections) == (1, 0)


async def test_a_name_is_resolved_and_judged_again_at_each_hop(server: ScriptedHttp) -> None:
    server.answers["/"] = answer(302, location="/inside")
    names = Names(photos_example=[["127.0.0.1"], ["127.0.0.2"]])
    async with fetching(f"127.0.0.1:{server.port}", names) as fetcher:
        with pytest.raises(UrlNotAllowed):
            await fetcher.fetch(server.url("/", "photos.example"))
    assert (len(server.requests), len(names.lookups)) == (1, 2)


async def test_from_https_to_http_is_refused(
    tls_server: ScriptedHttp, server: ScriptedHttp
) -> None:
    tls_server.answers["/"] = answer(302, location=server.url("/", "photos.example"))
    allow_hosts = f"photos.example:{tls_server.port},photos.example:{server.port}"
    async with fetching(allow_hosts, Names(photos_example=[["127.0.0.1"]])) as fetcher:
        with pytest.raises(UrlNotAllowed, match="from https to http"):
            await fetcher.fetch(tls_server.url("/", "photos.example"))
    assert (tls_server.connections, server.connections) == (1, 0)
