"""A name for every request, and the headers every answer carries."""

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entrypoints.http.exchange import KEY, Exchange
from ports.clock import NewId

ACCEPTED = re.compile(rb"[A-Za-z0-9._-]{1,128}")
NOSNIFF = (b"x-content-type-options", b"nosniff")


class RequestIdMiddleware:
    """Outermost: accepts the caller's `X-Request-ID` where it is harmless, mints one where not,
    and puts it on every answer, whoever wrote that."""

    def __init__(self, app: ASGIApp, new_id: NewId) -> None:
        self._app, self._new_id = app, new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = Exchange(_accepted(scope) or self._new_id())
        scope[KEY] = exchange
        name = (b"x-request-id", exchange.request_id.encode("ascii"))

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), name, NOSNIFF, *exchange.headers]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_named)


def _accepted(scope: Scope) -> str | None:
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode("ascii") if ACCEPTED.fullmatch(given) else None
