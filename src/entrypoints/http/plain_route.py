"""Routes whose function takes the request and nothing else."""

from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from domain.model.errors import DarkroomError
from entrypoints.http.errors import problem


class PlainRoute(APIRoute):
    """Documented as any other, but called without FastAPI's solving of dependencies."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        called: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return called


class PlainRoutes:
    """An ASGI app of the plain routes that have no parameter in their path. The framework's own
    layers and its matching of routes cost more than such a route's function may."""

    def __init__(self, routes: Iterable[APIRoute]) -> None:
        self._routes = {
            (method, route.path): route
            for route in routes
            if isinstance(route, PlainRoute) and not route.param_convertors
            for method in route.methods or ()
        }

    def serves(self, scope: Scope) -> bool:
        """False also below a root path: the framework knows how to take that off."""
        asked = scope["type"] == "http" and (scope["method"], scope["path"])
        return asked in self._routes and not scope.get("root_path")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = route = self._routes[scope["method"], scope["path"]]
        try:
            answer: Response = await route.endpoint(Request(scope, receive, send))
        except DarkroomError as error:
            answer = problem(scope, error)
        await answer(scope, receive, send)
