"""The error catalogue on HTTP: one table from code to status, one way to write a problem."""

from collections.abc import Iterator, Mapping

from starlette.responses import Response
from starlette.types import Scope

from domain.model.errors import DarkroomError, InternalError
from entrypoints.http.answers import json_answer
from entrypoints.http.documents import CatalogueEntryDocument, ProblemDocument
from entrypoints.http.exchange import exchange_of
from entrypoints.http.imagegenx import envelope

PROBLEM_JSON = "application/problem+json"

STATUS: Mapping[str, int] = {
    "api_key_expired": 401,
    "api_key_revoked": 401,
    "invalid_api_key": 401,
    "insufficient_scope": 403,
    "invalid_link": 403,
    "batch_not_found": 404,
    "key_not_found": 404,
    "route_not_found": 404,
    "task_not_found": 404,
    "delivery_not_found": 404,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "body_timeout": 408,
    "secret_fixed": 409,
    "secret_shown": 409,
    "task_failed": 409,
    "task_not_terminal": 409,
    "batch_gone": 410,
    "task_expired": 410,
    "task_gone": 410,
    "body_too_large": 413,
    "unsupported_media_type": 415,
    "content_filtered": 422,
    "fetch_too_large": 422,
    "idempotency_mismatch": 422,
    "image_corrupt": 422,
    "image_too_large": 422,
    "invalid_request": 422,
    "model_unavailable": 422,
    "not_supported": 422,
    "unknown_field": 422,
    "unknown_model": 422,
    "unsupported_image_format": 422,
    "url_not_allowed": 422,
    "daily_quota_exceeded": 429,
    "queue_quota_exceeded": 429,
    "rate_limited": 429,
    "attempts_exhausted": 500,
    "inference_failed": 500,
    "internal_error": 500,
    "fetch_failed": 502,
    "gpu_oom": 503,
    "device_fault": 503,
    "device_missing": 503,
    "overloaded": 503,
    "storage_unavailable": 503,
    "deadline_exceeded": 504,
    "fetch_timeout": 504,
}

RETRY_AFTER_S = 5
"""For a 503 that does not know better."""


def problem(
    scope: Scope,
    error: DarkroomError,
    *,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """`error` as an RFC 9457 problem, or in ImageGenX's envelope where that was asked. `instance`
    names the request, not its path: a path can hold what must not be repeated, such as a signature
    or another tenant's id."""
    status = status or STATUS[error.code]
    headers = _headers(error, status) | dict(headers or {})
    if envelope.is_asked(scope):
        return envelope.refusal(scope, error, status, headers)
    request_id = exchange_of(scope).request_id
    document: ProblemDocument = {
        "type": f"/errors/{error.code}",
        "title": error.title(),
        "status": status,
        "detail": error.detail,
        "instance": f"urn:request:{request_id}",
        "code": error.code,
        "request_id": request_id,
        "retryable": error.retryable,
        "remedy": error.hint,
        "errors": [
            {"pointer": wrong.pointer, "code": wrong.code, "detail": wrong.detail}
            for wrong in error.errors
        ],
    }
    return json_answer(document, status, headers, PROBLEM_JSON)


def catalogue() -> list[CatalogueEntryDocument]:
    """Every code a client can meet, in the order of its name."""
    known: list[type[DarkroomError]] = [InternalError, *_leaves(DarkroomError)]
    by_code = {error.code: error for error in known}
    return [
        {
            "code": code,
            "title": by_code[code].title(),
            "status": STATUS[code],
            "retryable": by_code[code].transient,
            "remedy": by_code[code].remedy,
        }
        for code in sorted(by_code)
    ]


def _leaves(root: type[DarkroomError]) -> Iterator[type[DarkroomError]]:
    """Every class below `root` that names a code of its own."""
    for error in root.__subclasses__():
        if "code" in vars(error):
            yield error
        yield from _leaves(error)


def _headers(error: DarkroomError, status: int) -> dict[str, str]:
    found: dict[str, str] = {}
    if error.retry_after_s is not None:
        found["retry-after"] = str(max(1, error.retry_after_s))
    elif status == 503:
        found["retry-after"] = str(RETRY_AFTER_S)
    if status == 401:
        found["www-authenticate"] = 'Bearer realm="darkroom"'
    return found
