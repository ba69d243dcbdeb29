"""T4, T5, T7, T8: whatever a URL or a name server says, nothing inside is touched."""

import anyio
import pytest

from domain.model.errors import FetchFailed, UrlNotAllowed
from tests.contract.fetch.conftest import Names, fetching
from tests.servers.scripted_http import ScriptedHttp, answer
from tests.unit.domain.hostile_urls import NOT_A_WEB_ADDRESS, OUT_OF_BOUNDS

pytestmark = pytest.mark.anyio

LOOPBACK_SPELLINGS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f.1",
    "0x7f000001",
    "017700000001",
    "0177.0.0.1",
    "１２７.0.0.1",
    "①②⑦.0.0.1",
    "127。0。0。1",
    "127.0.0.1.",
]
PUBLIC, PUBLIC_V6 = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
INSIDE = [
    "127.0.0.1",
    "10.0.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:93.184.215.14",
    "64:ff9b::7f00:1",
    "2002:7f00:1::1",
    "fe80::1%1",
    "fd00:ec2::254",
]


async def test_no_hostile_url_leads_to_a_connection_or_a_lookup(tripwire: list[str]) -> None:
    names = Names()
    async with fetching(names=names) as fetcher:
        for url in NOT_A_WEB_ADDRESS + OUT_OF_BOUNDS:
            with pytest.raises(UrlNotAllowed):
                await fetcher.fetch(url)
    assert (tripwire, names.lookups) == ([], [])


@pytest.mark.parametrize("host", LOOPBACK_SPELLINGS)
async def test_no_spelling_of_loopback_reaches_a_server_there(
    canary: ScriptedHttp, host: str
) -> None:
    canary.answers["/"] = answer(200, b"secret")
    async with fetching() as fetcher:
        with pytest.raises(UrlNotAllowed):
            await fetcher.fetch(canary.url("/", host))
    assert canary.connections == 0
    # The canary is alive: allowed, the same spelling reaches it.
    async with fetching("127.0.0.1") as fetcher:
        assert await fetcher.fetch(canary.url("/", host)) == b"secret"


@pytest.mark.parametrize("inside", INSIDE)
async def test_one_bad_answer_among_good_ones_refuses_the_name(
    tripwire: list[str], inside: str
) -> None:
    for answers in ([inside], [PUBLIC, inside], [inside, PUBLIC], [PUBLIC_V6, PUBLIC, inside]):
        async with fetching(names=Names(photos_example=[answers])) as fetcher:
            with pytest.raises(UrlNotAllowed):
                await fetcher.fetch("http://photos.example/")
    assert tripwire == []


async def test_a_name_that_changes_its_mind_is_asked_once(tripwire: list[str]) -> None:
    names = Names(photos_example=[[PUBLIC], ["127.0.0.1"]])
    async with fetching(names=names) as fetcher:
        with pytest.raises(FetchFailed):
            await fetcher.fetch("http://photos.example/")
        assert (tripwire, names.lookups) == ([PUBLIC], ["photos.example"])
        with pytest.raises(UrlNotAllowed):
            await fetcher.fetch("http://photos.example/")
    assert tripwire == [PUBLIC]


async def test_a_fifth_address_is_judged_though_not_tried(tripwire: list[str]) -> None:
    public = [f"93.184.215.{number}" for number in range(1, 6)]
    async with fetching(names=Names(photos_example=[public], trap_example=[[*public, "::1"]])) as f:
        with pytest.raises(FetchFailed):
            await f.fetch("http://photos.example/")
        assert tripwire == public[:4]
        with pytest.raises(UrlNotAllowed):
            await f.fetch("http://trap.example/")
    assert tripwire == public[:4]


async def test_a_connection_that_went_elsewhere_is_dropped_before_a_word_is_said(
    canary: ScriptedHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    really_connect = anyio.connect_tcp

    async def misled(**_: object) -> anyio.abc.SocketStream:
        return await really_connect("127.0.0.1", canary.port)

    monkeypatch.setattr(anyio, "connect_tcp", misled)
    async with fetching(names=Names(photos_example=[[PUBLIC]])) as fetcher:
        with pytest.raises(UrlNotAllowed, match="another address"):
            await fetcher.fetch("http://photos.example/")
    assert canary.requests == []


async def test_proxies_of_the_environment_are_ignored(
    server: ScriptedHttp, canary: ScriptedHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, canary.url(""))
        monkeypatch.setenv(name.lower(), canary.url(""))
    server.answers["/"] = answer(200, b"picture")
    async with fetching(f"127.0.0.1:{server.port}") as fetcher:
        assert await fetcher.fetch(server.url("/")) == b"picture"
    assert canary.connections == 0


async def test_the_next_judged_address_serves_when_the_first_does_not(
    server: ScriptedHttp,
) -> None:
    server.answers["/"] = answer(200, b"picture")
    names = Names(photos_example=[["127.0.0.2", "127.0.0.1"]])
    async with fetching(f"photos.example:{server.port}", names) as fetcher:
        assert await fetcher.fetch(server.url("/", "photos.example")) == b"picture"
    assert f"host: photos.example:{server.port}\r\n" in server.requests[0].lower()
