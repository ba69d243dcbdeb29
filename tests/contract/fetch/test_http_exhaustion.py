"""T9: endless, slow, inflated and lying answers cost no more than the caps."""

import asyncio
import gzip
import socket
import struct
from collections.abc import Sequence

import pytest

from domain.model.errors import FetchFailed, FetchTimeout, FetchTooLarge
from tests.contract.fetch.conftest import fetching
from tests.servers.scripted_http import Behaviour, ScriptedHttp, answer

pytestmark = pytest.mark.anyio

HEAD = b"HTTP/1.1 200 OK\r\n"


def endless(opening: bytes, piece: bytes, pause_s: float = 0.0) -> Behaviour:
    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(opening)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return behave


def stalled(opening: bytes) -> Behaviour:
    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(opening)
        await asyncio.Event().wait()

    return behave


async def reset(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"Content-Length: 10\r\n\r\nhalf")
    await writer.drain()
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@pytest.mark.parametrize(
    "script",
    [
        stalled(b""),
        stalled(HEAD + b"Content-Length: 10\r\n\r\nhalf"),
        endless(HEAD + b"Content-Length: 1000\r\n\r\n", b"x", pause_s=0.01),
        endless(HEAD, b"X-Slow: 1\r\n", pause_s=0.01),
        endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n", pause_s=0.01),
    ],
    ids=["silent", "half a body", "dripping body", "dripping headers", "for ever about to go on"],
)
async def test_slow_answers_end_at_the_deadline(server: ScriptedHttp, script: Behaviour) -> None:
    server.answers["/"] = script
    async with fetching(f"127.0.0.1:{server.port}", timeout_s=0.2) as fetcher:
        with pytest.raises(FetchTimeout):
            await fetcher.fetch(server.url("/"))


async def test_redirects_share_one_deadline(server: ScriptedHttp) -> None:
    async def slowly_elsewhere(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.1)
        writer.write(answer(302, location="/"))

    server.answers["/"] = slowly_elsewhere
    async with fetching(f"127.0.0.1:{server.port}", timeout_s=0.25) as fetcher:
        with pytest.raises(FetchTimeout):
            await fetcher.fetch(server.url("/"))


async def test_a_name_server_that_never_answers_ends_at_the_deadline() -> None:
    async def never(host: str, port: int) -> Sequence[str]:
        return await asyncio.Future[Sequence[str]]()

    async with fetching(names=never, timeout_s=0.2) as fetcher:
        with pytest.raises(FetchTimeout):
            await fetcher.fetch("http://photos.example/")


@pytest.mark.parametrize(
    "script",
    [
        endless(HEAD + b"\r\n", bytes(4096)),
        endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"a\r\n0123456789\r\n" * 1000),
        stalled(HEAD + b"Content-Length: 100001\r\n\r\n"),
        stalled(HEAD + b"Content-Length: 99999999999999999999\r\n\r\n"),
    ],
    ids=["endless", "endless in crumbs", "announced", "announced beyond counting"],
)
async def test_too_much_is_refused_when_it_is_known(
    server: ScriptedHttp, script: Behaviour
) -> None:
    server.answers["/"] = script
    async with fetching(f"127.0.0.1:{server.port}") as fetcher:
        with pytest.raises(FetchTooLarge):
            await fetcher.fetch(server.url("/"))


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "br", "zstd", "gzip, gzip", "gzip, identity"])
async def test_an_encoding_nobody_asked_for_is_not_decoded(
    server: ScriptedHttp, encoding: str
) -> None:
    bomb = gzip.compress(bytes(10_000_000))
    server.answers["/"] = answer(200, bomb, content_encoding=encoding)
    async with fetching(f"127.0.0.1:{server.port}") as fetcher:
        with pytest.raises(FetchFailed, match="compressed") as error:
            await fetcher.fetch(server.url("/"))
    assert not error.value.retryable
    assert "accept-encoding: identity\r\n" in server.requests[0].lower()


async def test_a_length_that_is_too_short_cuts_the_body(server: ScriptedHttp) -> None:
    server.answers["/"] = HEAD + b"Content-Length: 3\r\n\r\n" + bytes(200_000)
    async with fetching(f"127.0.0.1:{server.port}") as fetcher:
        assert await fetcher.fetch(server.url("/")) == bytes(3)


@pytest.mark.parametrize(
    "script",
    [
        HEAD + b"Content-Length: 10\r\n\r\nhalf",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhalf",
        HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        HEAD + b"Content-Length: -1\r\n\r\nx",
        HEAD + b"X-Large: " + b"x" * 200_000 + b"\r\n\r\n",
        HEAD + b"X-Many: x\r\n" * 20_000 + b"\r\n",
        b"",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        reset,
    ],
    ids=[
        "a length too long",
        "half a chunk",
        "two lengths",
        "a negative length",
        "a huge header",
        "many headers",
        "silence",
        "another protocol",
        "a reset",
    ],
)
async def test_a_broken_answer_is_worth_a_retry(
    server: ScriptedHttp, script: bytes | Behaviour
) -> None:
    server.answers["/"] = script
    async with fetching(f"127.0.0.1:{server.port}") as fetcher:
        with pytest.raises(FetchFailed, match="broke") as error:
            await fetcher.fetch(server.url("/"))
    assert error.value.retryable
    assert error.value.__cause__ is not None


async def test_a_closed_port_is_worth_a_retry(server: ScriptedHttp) -> None:
    url, allowed = server.url("/"), f"127.0.0.1:{server.port}"
    await server.__aexit__()
    async with fetching(allowed) as fetcher:
        with pytest.raises(FetchFailed) as error:
            await fetcher.fetch(url)
    assert error.value.retryable


@pytest.mark.parametrize("status", [201, 204, 206, 300, 304, 305])
async def test_only_200_delivers_a_picture(server: ScriptedHttp, status: int) -> None:
    server.answers["/"] = answer(status, location="/elsewhere")
    async with fetching(f"127.0.0.1:{server.port}") as fetcher:
        with pytest.raises(FetchFailed, match=str(status)) as error:
            await fetcher.fetch(server.url("/"))
    assert not error.value.retryable
    assert len(server.requests) == 1
