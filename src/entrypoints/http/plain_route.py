"""A route whose function takes the request and nothing else."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response


class PlainRoute(APIRoute):
    """Documented as any other, but called without FastAPI's solving of dependencies: that is more
    than a tenth of what a submit costs the gateway before it reaches Redis."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        called: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return called
