"""A span a request, which continues the caller's trace. Not there at all where nobody traces."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entrypoints.http.exchange import exchange_of
from entrypoints.http.middleware.access import METHODS, QUIET_PATHS, route_template
from ports.tracing import Tracing

HEADERS = {b"traceparent": "traceparent", b"tracestate": "tracestate"}


class TracingMiddleware:
    """Inside the request-id middleware. The route is known only when it is over."""

    def __init__(self, app: ASGIApp, tracing: Tracing) -> None:
        self._app, self._tracing = app, tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(QUIET_PATHS):
            await self._app(scope, receive, send)
            return
        status = 0

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        with self._tracing.span(method, _callers(scope), "server") as span:
            try:
                await self._app(scope, receive, send_noted)
            finally:
                route, exchange = route_template(scope), exchange_of(scope)
                span.tell(
                    f"{method} {route}",
                    {
                        "http.request.method": method,
                        "http.route": route,
                        "http.response.status_code": status,
                        "darkroom.request_id": exchange.request_id,
                        "darkroom.tenant": exchange.tenant or "",
                    },
                )


def _callers(scope: Scope) -> dict[str, str]:
    return {
        HEADERS[name]: value.decode("latin-1")
        for name, value in scope["headers"]
        if name in HEADERS
    }
