"""Webhooks over HTTP, sent with suspicion."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import aclosing

import httpx2

from adapters.webhooks.retry_after import retry_after_s
from adapters.webhooks.signing import signed_headers
from domain.model.errors import DarkroomError, UrlNotAllowed
from domain.model.webhook import Answer
from ports.lifecycle import Lifecycle
from ports.webhook_sender import Message, WebhookSender

MAX_REPLY_BYTES = 65_536

HEADERS = {
    "Accept-Encoding": "identity",
    "Connection": "close",
    "Content-Type": "application/json",
    "User-Agent": "Darkroom",
}

NO_ANSWER = "The receiver did not answer in time."
NO_CONNECTION = "The receiver can't be reached, or broke the connection."


class HttpWebhookSender(WebhookSender, Lifecycle):
    """POSTs without cookies, credentials or redirects. `connect` makes the transport, which has to
    judge every address. Use between `start` and `aclose`."""

    def __init__(
        self, connect: Callable[[], httpx2.AsyncBaseTransport], timeout_s: float = 15.0
    ) -> None:
        """`timeout_s` covers everything from the look-up of the host to the end of the answer."""
        self._connect, self._timeout_s = connect, timeout_s
        self._transport: httpx2.AsyncBaseTransport | None = None

    async def start(self) -> None:
        self._transport = self._connect()

    async def aclose(self) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.aclose()

    async def send(self, message: Message) -> Answer:
        if self._transport is None:
            raise RuntimeError("HttpWebhookSender is used before start() or after aclose()")
        heard: list[Answer] = []
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._post(self._transport, message, heard)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, DarkroomError) as error:
            # What went wrong once the answer had begun changes nothing about it.
            return heard[0] if heard else Answer(error=reason(error))
        return heard[0]

    async def _post(
        self, transport: httpx2.AsyncBaseTransport, message: Message, heard: list[Answer]
    ) -> None:
        response = await transport.handle_async_request(self._request(message))
        async with aclosing(response):
            wait_s = retry_after_s(response.headers.get("Retry-After"), message.at)
            heard.append(Answer(response.status_code, retry_after_s=wait_s))
            await _swallow(response)

    def _request(self, message: Message) -> httpx2.Request:
        # Half of the time for one address leaves the other half for the next.
        timeout = {"connect": self._timeout_s / 2}
        return httpx2.Request(
            "POST", message.url, content=message.body,
            headers={**HEADERS, **signed_headers(message)}, extensions={"timeout": timeout},
        )  # fmt: skip


async def _swallow(response: httpx2.Response) -> None:
    """Nobody reads what a receiver says, but one that can't say it calls that an error."""
    left_bytes = MAX_REPLY_BYTES
    async with aclosing(response.aiter_raw()) as chunks:
        async for chunk in chunks:
            left_bytes -= len(chunk)
            if left_bytes <= 0:
                return


def reason(error: BaseException) -> str:
    """Why there was no answer, in words that tell nothing of our network."""
    links = list(_chain(error))
    if refused := next((link for link in links if isinstance(link, UrlNotAllowed)), None):
        return refused.detail
    if any(isinstance(link, ssl.SSLCertVerificationError) for link in links):
        return "The receiver's certificate is not valid."
    if isinstance(error, TimeoutError | httpx2.TimeoutException):
        return NO_ANSWER
    if isinstance(error, DarkroomError):
        return "The receiver's host has no known address."
    return NO_CONNECTION


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
