"""A server that may be reached, one that may not, and a wire across every other way out."""

import socket
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.fetch.http import HttpImageFetcher
from adapters.fetch.resolver import Resolve
from domain.model.url_policy import UrlPolicy
from tests.servers.scripted_http import ScriptedHttp

CERTIFICATE = Path(__file__).with_name("photos_example.pem")


class Names:
    """A name server that answers each look-up with the next of its answers, the last for ever."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self.answers = {host.replace("_", "."): list(turns) for host, turns in answers.items()}
        self.lookups: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.lookups.append(host)
        turns = self.answers.get(host)
        if turns is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return turns.pop(0) if len(turns) > 1 else turns[0]


@asynccontextmanager
async def fetching(
    allow_hosts: str = "",
    names: Resolve | None = None,
    *,
    max_bytes: int = 100_000,
    timeout_s: float = 30.0,
    trust: bool = True,
) -> AsyncIterator[HttpImageFetcher]:
    """A started fetcher that trusts the test certificate, unless `trust` is False."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if trust:
        context.load_verify_locations(CERTIFICATE)
    fetcher = HttpImageFetcher(
        UrlPolicy(allow_hosts),
        max_bytes=max_bytes,
        timeout_s=timeout_s,
        resolve=names or Names(),
        ssl_context=context,
    )
    await fetcher.start()
    try:
        yield fetcher
    finally:
        await fetcher.aclose()


@pytest.fixture
async def server() -> AsyncIterator[ScriptedHttp]:
    async with ScriptedHttp() as server:
        yield server


@pytest.fixture
async def canary(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ScriptedHttp]:
    """A second server. Its port is made a usual one, so that its address alone protects it."""
    async with ScriptedHttp() as canary:
        for module in ("url_policy", "allow_rule"):
            monkeypatch.setattr(
                f"domain.model.{module}.USUAL_PORTS", frozenset({80, 443, canary.port})
            )
        yield canary


@pytest.fixture
async def tls_server() -> AsyncIterator[ScriptedHttp]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    async with ScriptedHttp(context) as server:
        yield server


@pytest.fixture
def tripwire(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses anyone tries to connect to or look up; none succeeds."""
    touched: list[str] = []

    def refuse(_: socket.socket, address: tuple[str, int]) -> None:
        touched.append(address[0])
        raise ConnectionRefusedError

    def refuse_name(host: str, *_: object, **__: object) -> None:
        touched.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    connect: Callable[..., None] = refuse
    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket.socket, "connect_ex", connect)
    monkeypatch.setattr(socket, "getaddrinfo", refuse_name)
    return touched
