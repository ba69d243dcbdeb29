"""Pictures from the web, fetched with suspicion."""

import asyncio
import ssl
from contextlib import aclosing

import httpx2

from adapters.fetch.errors import in_darkrooms_words
from adapters.fetch.resolver import Resolve
from adapters.fetch.safe_transport import SafeTransport
from domain.model.errors import FetchFailed, FetchTooLarge
from domain.model.url_policy import Target, UrlPolicy
from ports.image_fetcher import ImageFetcher
from ports.lifecycle import Lifecycle

MAX_REDIRECTS = 3

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {
    "Accept": "image/jpeg, image/png, image/webp, */*;q=0.1",
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": "Darkroom",
}


class HttpImageFetcher(ImageFetcher, Lifecycle):
    """GET without cookies, credentials or decoding. Response headers over about 100 KiB are
    refused by h11, httpx2's parser. Use between `start` and `aclose`.
    """

    __slots__ = ("_max_bytes", "_policy", "_resolve", "_ssl_context", "_timeout_s", "_transport")

    def __init__(
        self,
        policy: UrlPolicy,
        *,
        max_bytes: int = 20 * 1024 * 1024,
        timeout_s: float = 10.0,
        resolve: Resolve | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """`timeout_s` covers everything from the look-up to the last byte of the last redirect.
        `resolve` and `ssl_context` default to what the operating system knows and trusts.
        """
        self._policy = policy
        self._max_bytes = max_bytes
        self._timeout_s = timeout_s
        self._resolve = resolve
        self._ssl_context = ssl_context
        self._transport: SafeTransport | None = None

    async def start(self) -> None:
        self._transport = SafeTransport(
            self._policy, resolve=self._resolve, ssl_context=self._ssl_context
        )

    async def aclose(self) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.aclose()

    async def fetch(self, url: str) -> bytes:
        if self._transport is None:
            raise RuntimeError("HttpImageFetcher is used before start() or after aclose()")
        with in_darkrooms_words():
            async with asyncio.timeout(self._timeout_s):
                return await self._follow(self._transport, self._policy.judge_url(url))

    async def _follow(self, transport: SafeTransport, target: Target) -> bytes:
        for _ in range(1 + MAX_REDIRECTS):
            response = await transport.handle_async_request(self._request(target))
            async with aclosing(response):
                if response.status_code not in _REDIRECTS:
                    return await self._body(response)
                location = response.headers.get("Location", "")
            target = self._policy.judge_redirect(target, location)
        raise FetchFailed(
            f"The picture's address redirects more than {MAX_REDIRECTS} times.", retryable=False
        )

    def _request(self, target: Target) -> httpx2.Request:
        # Half of the time for one address leaves the other half for the next.
        timeout = {"connect": self._timeout_s / 2}
        return httpx2.Request("GET", target.url, headers=_HEADERS, extensions={"timeout": timeout})

    async def _body(self, response: httpx2.Response) -> bytes:
        _refuse_other_answers(response)
        if int(response.headers.get("Content-Length", 0)) > self._max_bytes:
            raise self._too_large()
        body = bytearray()
        async with aclosing(response.aiter_raw()) as chunks:
            async for chunk in chunks:
                body += chunk
                if len(body) > self._max_bytes:
                    raise self._too_large()
        return bytes(body)

    def _too_large(self) -> FetchTooLarge:
        return FetchTooLarge(
            f"The file at the picture's address is larger than {self._max_bytes} bytes."
        )


def _refuse_other_answers(response: httpx2.Response) -> None:
    status = response.status_code
    if status != 200:
        raise FetchFailed(
            f"The picture's address answered with HTTP status {status}.",
            retryable=status == 429 or status >= 500,
        )
    # Decoding what nobody asked to be encoded would let a few bytes become many.
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise FetchFailed(
            "The picture's address answered with a compressed transfer nobody asked for.",
            retryable=False,
        )
