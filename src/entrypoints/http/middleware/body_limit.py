"""No body is larger than the limit: refused by its announced length, or while it streams."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.model.errors import BodyTooLarge
from entrypoints.http.errors import problem


class BodyLimitMiddleware:
    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app, self._max_bytes = app, max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _announced_bytes(scope) > self._max_bytes:
            await problem(scope, self._refusal())(scope, receive, send)
            return
        received_bytes = 0

        async def receive_counted() -> Message:
            nonlocal received_bytes
            message = await receive()
            received_bytes += len(message.get("body", b""))
            if received_bytes > self._max_bytes:
                raise self._refusal()
            return message

        await self._app(scope, receive_counted, send)

    def _refusal(self) -> BodyTooLarge:
        return BodyTooLarge(f"A request body has at most {self._max_bytes} bytes.")


def _announced_bytes(scope: Scope) -> int:
    """The Content-Length, 0 without a sensible one: then the count while it streams decides."""
    value = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(value) if value.isdigit() and len(value) < 20 else 0
