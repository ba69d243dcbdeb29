"""One fact a request: what was asked, how it ended, how long it took."""

from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.model.events import RequestServed
from entrypoints.http.exchange import exchange_of
from ports.telemetry import Telemetry

GONE = 499
"""The client left before an answer began (nginx's number)."""

QUIET_PATHS = ("/health", "/metrics")

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class AccessMiddleware:
    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self._app, self._telemetry = app, telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began_s = GONE, perf_counter()

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        finally:
            self._telemetry.record(_served(scope, status, perf_counter() - began_s))


def route_template(scope: Scope) -> str:
    """`/v1/tasks/{task_id}`, never the path itself: ids would be endless labels."""
    return getattr(scope.get("route"), "path", None) or "unmatched"


def _served(scope: Scope, status: int, duration_s: float) -> RequestServed:
    exchange = exchange_of(scope)
    method = scope["method"] if scope["method"] in METHODS else "OTHER"
    return RequestServed(
        method, route_template(scope), status, duration_s, exchange.request_id, exchange.tenant
    )
