import socket
from collections.abc import AsyncIterator, Sequence

import pytest

from adapters.fetch.http import HttpImageFetcher
from domain.model.url_policy import UrlPolicy
from tests.contract.clauses.image_fetcher import MAX_BYTES, ImageFetcherClauses, Site
from tests.servers.scripted_http import ScriptedHttp, answer


async def knows_nobody(host: str, port: int) -> Sequence[str]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


class Loopback(Site):
    def __init__(self, server: ScriptedHttp, fetcher: HttpImageFetcher) -> None:
        self._server = server
        self.fetcher = fetcher

    def url(self, path: str) -> str:
        return self._server.url(path)

    def publish(self, path: str, body: bytes) -> None:
        self._server.answers[path] = answer(200, body)

    def break_down(self, path: str, status: int) -> None:
        self._server.answers[path] = answer(status)


class TestHttpImageFetcher(ImageFetcherClauses):
    @pytest.fixture
    async def site(self) -> AsyncIterator[Site]:
        async with ScriptedHttp() as server:
            fetcher = HttpImageFetcher(
                UrlPolicy(f"127.0.0.1:{server.port}"), max_bytes=MAX_BYTES, resolve=knows_nobody
            )
            await fetcher.start()
            yield Loopback(server, fetcher)
            await fetcher.aclose()
