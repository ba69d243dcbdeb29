"""The HTTP surface, put together."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, cast

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from entrypoints.http.gateway import Gateway
from entrypoints.http.handlers import HANDLERS
from entrypoints.http.imagegenx import batch_generating, generating
from entrypoints.http.middleware.access import AccessMiddleware
from entrypoints.http.middleware.body_limit import BodyLimitMiddleware
from entrypoints.http.middleware.last_resort import LastResortMiddleware
from entrypoints.http.middleware.request_id import RequestIdMiddleware
from entrypoints.http.middleware.tracing import TracingMiddleware
from entrypoints.http.openapi import TITLE
from entrypoints.http.plain_route import PlainRoutes
from entrypoints.http.routes import (
    batches,
    catalogue,
    docs,
    events,
    files,
    gpus,
    health,
    keys,
    limits,
    models,
    queues,
    results,
    submit,
    tasks,
    usage,
    webhooks,
    workers,
)

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[Any]]

PARTS = (
    submit, tasks, batches, events, results, generating, batch_generating, files, models, queues,
    workers, gpus, limits, usage, keys, webhooks, health, catalogue, docs,
)  # fmt: skip
ROUTES = [cast(APIRoute, route) for part in PARTS for route in part.router.routes]
"""Given to the app as they are: an included router is matched twice on every request."""
ASKED_HEADERS = (
    "authorization", "content-type", "idempotency-key", "if-none-match", "last-event-id", "prefer",
    "x-api-key",
    "x-request-id",
)  # fmt: skip
SHOWN_HEADERS = (
    "ETag", "Idempotent-Replayed", "Link", "Location", "Preference-Applied", "RateLimit",
    "RateLimit-Policy", "Retry-After", "X-Request-ID",
)  # fmt: skip


class Service(FastAPI):
    """Plain routes stand behind the same middlewares, but not behind the framework's."""

    def __init__(self, middleware: Sequence[Middleware], **options: Any) -> None:
        super().__init__(middleware=middleware, **options)
        self._plain_routes = PlainRoutes(ROUTES)
        self._plain: ASGIApp = self._plain_routes
        for each in reversed(middleware):
            self._plain = each.cls(self._plain, *each.args, **each.kwargs)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._plain_routes.serves(scope):
            scope["app"] = self
            await self._plain(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(gateway: Gateway, lifespan: Lifespan | None = None) -> FastAPI:
    """The app over `gateway`, whose adapters `lifespan` opens and closes."""
    app = Service(
        title=TITLE, routes=list(ROUTES), lifespan=lifespan, middleware=_middleware(gateway),
        exception_handlers=dict(HANDLERS),
        docs_url=None, redoc_url=None, openapi_url=None,
        redirect_slashes=False,  # its redirect repeats a query it can't always decode
    )  # fmt: skip
    app.state.gateway = gateway
    app.state.methods = _methods()
    return app


def _middleware(gateway: Gateway) -> list[Middleware]:
    """Outermost first."""
    cors = Middleware(
        CORSMiddleware, allow_origins=gateway.cors_origins, allow_methods=["GET", "POST", "DELETE"],
        allow_credentials=gateway.cors_allow_credentials, allow_headers=ASKED_HEADERS,
        expose_headers=SHOWN_HEADERS,
    )  # fmt: skip
    return [
        Middleware(RequestIdMiddleware, gateway.new_id),
        *([Middleware(TracingMiddleware, gateway.tracing)] if gateway.tracing.on else []),
        Middleware(AccessMiddleware, gateway.telemetry),
        *([cors] if gateway.cors_origins else []),
        Middleware(LastResortMiddleware, gateway.telemetry),
        Middleware(BodyLimitMiddleware, gateway.limits.max_body_bytes),
    ]


def _methods() -> dict[str, set[str]]:
    """Every method of each path: for `Allow`."""
    found: dict[str, set[str]] = {}
    for route in ROUTES:
        found.setdefault(route.path, set()).update(route.methods or ())
    return found
