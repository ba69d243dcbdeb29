"""From an exception to its problem document."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from domain.model.errors import (
    DarkroomError,
    FieldError,
    InternalError,
    InvalidRequest,
    MethodNotAllowed,
    RouteNotFound,
)
from domain.model.suggestion import escape_pointer
from entrypoints.http.errors import problem

_BY_STATUS = {404: RouteNotFound, 405: MethodNotAllowed}


Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]


async def _known(request: Request, error: DarkroomError) -> Response:
    return problem(request.scope, error)


async def _of_the_framework(request: Request, error: HTTPException) -> Response:
    kind = _BY_STATUS.get(error.status_code)
    if kind is None:
        ours = error.status_code >= 500
        generic = InternalError() if ours else InvalidRequest(error.detail)
        return problem(request.scope, generic, status=error.status_code, headers=error.headers)
    headers = {"allow": ", ".join(_allowed(request))} if kind is MethodNotAllowed else {}
    return problem(request.scope, kind(), headers=headers)


def _allowed(request: Request) -> list[str]:
    """Every method of the path. The framework names only those of the first matching route."""
    table: dict[str, set[str]] = request.app.state.methods
    return sorted(table.get(request.scope["route"].path, set()))


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    wrong = [
        FieldError(
            "".join(f"/{escape_pointer(str(part))}" for part in found["loc"]),
            found["type"],
            found["msg"],
        )
        for found in error.errors()
    ]
    return problem(request.scope, InvalidRequest(errors=wrong))


HANDLERS: Mapping[int | type[Exception], Handler] = {
    DarkroomError: _known,
    HTTPException: _of_the_framework,
    RequestValidationError: _invalid,
}
"""Everything a route raises on purpose. The unforeseen is the last-resort middleware's."""
