"""`{code, message, data}`: how ImageGenX answers, errors included."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from domain.model.errors import DarkroomError
from entrypoints.http.answers import json_answer
from entrypoints.http.exchange import exchange_of
from entrypoints.http.imagegenx.documents import RefusalData
from entrypoints.imagegenx.pointers import in_own_names

PATH = "/api/v1/image/"
OK, FAILED = 200, 500


def is_asked(scope: Scope) -> bool:
    """Whether the request came to this surface, also where it came to no route of it."""
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    return path.startswith(PATH)


def enveloped(data: Any, code: int = OK, message: str = "success", **answer: Any) -> Response:
    return json_answer({"code": code, "message": message, "data": data}, **answer)


def refusal(
    scope: Scope, error: DarkroomError, status: int, headers: Mapping[str, str]
) -> Response:
    """`error` in the envelope. A key that is sent and does not open is 403, as ImageGenX has it."""
    if status == 401 and _presents_key(scope):
        status = 403
        headers = {name: text for name, text in headers.items() if name != "www-authenticate"}
    data: RefusalData = {
        "error_code": error.code,
        "remedy": error.hint,
        "retryable": error.retryable,
        "request_id": exchange_of(scope).request_id,
        "errors": [
            {"pointer": wrong.pointer, "code": wrong.code, "detail": wrong.detail}
            for wrong in in_own_names(error.errors)
        ],
    }
    return enveloped(data, status, error.detail, status=status, headers=headers)


def _presents_key(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return bool(headers.get("x-api-key") or headers.get("authorization"))
