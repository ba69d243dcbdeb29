"""The name stays in the Host header, the SNI and the certificate check; nothing else is told."""

import asyncio
import os
import socket
import ssl
from collections.abc import Sequence

import pytest

from adapters.fetch.http import HttpImageFetcher
from adapters.fetch.resolver import SystemResolver, addresses_of
from domain.model.errors import FetchFailed
from domain.model.url_policy import UrlPolicy
from tests.contract.fetch.conftest import CERTIFICATE, Names, fetching
from tests.servers.scripted_http import ScriptedHttp, answer

pytestmark = pytest.mark.anyio

NAMES = {"photos_example": [["127.0.0.1"]], "other_example": [["127.0.0.1"]]}


async def test_tls_asks_for_the_name_and_checks_it() -> None:
    asked: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    async with ScriptedHttp(context) as server:
        server.answers["/"] = answer(200, b"picture")
        async with fetching(f"photos.example:{server.port}", Names(**NAMES)) as fetcher:
            assert await fetcher.fetch(server.url("/", "photos.example")) == b"picture"
    assert asked == ["photos.example"]
    assert f"host: photos.example:{server.port}\r\n" in server.requests[0].lower()


@pytest.mark.parametrize(("host", "trust"), [("other.example", True), ("photos.example", False)])
async def test_a_certificate_that_does_not_hold_is_not_worth_a_retry(
    tls_server: ScriptedHttp, host: str, trust: bool
) -> None:
    async with fetching(f"{host}:{tls_server.port}", Names(**NAMES), trust=trust) as fetcher:
        with pytest.raises(FetchFailed, match="certificate") as error:
            await fetcher.fetch(tls_server.url("/", host))
    assert not error.value.retryable
    assert tls_server.requests == []


async def test_a_tls_record_that_cannot_be_read_is_worth_a_retry(tls_server: ScriptedHttp) -> None:
    async def garbage(writer: asyncio.StreamWriter) -> None:
        below_tls = writer.get_extra_info("socket").fileno()
        os.write(below_tls, b"\x17\x03\x03\x00\x20" + bytes(32))
        await asyncio.Event().wait()

    tls_server.answers["/"] = garbage
    async with fetching(f"photos.example:{tls_server.port}", Names(**NAMES)) as fetcher:
        with pytest.raises(FetchFailed, match="broke") as error:
            await fetcher.fetch(tls_server.url("/", "photos.example"))
    assert error.value.retryable


async def test_no_cookie_is_kept_and_no_credential_sent(server: ScriptedHttp) -> None:
    server.answers["/"] = answer(302, location="/photo", set_cookie="session=1; Path=/")
    server.answers["/photo"] = answer(200, b"picture", set_cookie="session=2; Path=/")
    async with fetching(f"127.0.0.1:{server.port}") as fetcher:
        for _ in range(2):
            assert await fetcher.fetch(server.url("/")) == b"picture"
    sent = "".join(server.requests).lower()
    assert len(server.requests) == server.connections == 4
    assert not any(name in sent for name in ("cookie:", "authorization:", "referer:"))


async def test_the_system_knows_a_number_without_asking_anybody() -> None:
    assert await SystemResolver()("127.0.0.1", 80) == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("trouble", "retryable"), [(socket.EAI_NONAME, False), (socket.EAI_AGAIN, True)]
)
async def test_a_lookup_that_failed_for_now_is_worth_a_retry(trouble: int, retryable: bool) -> None:
    async def fails(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(trouble, "no")

    with pytest.raises(FetchFailed) as error:
        await addresses_of("photos.example", 80, fails)
    assert error.value.retryable is retryable


async def test_a_name_without_addresses_is_not_worth_a_retry() -> None:
    with pytest.raises(FetchFailed) as error:
        await addresses_of("photos.example", 80, Names(photos_example=[[]]))
    assert not error.value.retryable


async def test_a_fetcher_works_only_between_start_and_close(server: ScriptedHttp) -> None:
    server.answers["/"] = answer(200, b"picture")
    fetcher = HttpImageFetcher(UrlPolicy(f"127.0.0.1:{server.port}"))
    await fetcher.aclose()
    for _ in range(2):
        with pytest.raises(RuntimeError, match="start"):
            await fetcher.fetch(server.url("/"))
        await fetcher.start()
        assert await fetcher.fetch(server.url("/")) == b"picture"
        await fetcher.aclose()
