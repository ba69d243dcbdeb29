"""The header `Idempotency-Key` (IETF draft-ietf-httpapi-idempotency-key-header-07)."""

import re

from starlette.datastructures import Headers

from domain.model.errors import FieldError, InvalidRequest

_KEY = re.compile(r"[!-~]{1,255}")
_ESCAPE = re.compile(r'\\(["\\])')


def idempotency_key(headers: Headers) -> str | None:
    """The key, with or without the quotes of a structured string. Raises `InvalidRequest` for
    one that is no key, and for two that differ."""
    found = {_unquoted(value.strip()) for value in headers.getlist("idempotency-key")}
    if not found:
        return None
    key = found.pop()
    if found or not _KEY.fullmatch(key):
        raise _invalid("Idempotency-Key is one string of 1 to 255 visible ASCII characters.")
    return key


def one_key(header: str | None, body: str | None) -> str | None:
    """The client's own name for the request: it may come either way, and both have to agree."""
    if header is not None and body is not None and header != body:
        raise _invalid("Idempotency-Key and client_request_id are both given and differ.")
    return header if body is None else body


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return _ESCAPE.sub(r"\1", value[1:-1])
    return value


def _invalid(detail: str) -> InvalidRequest:
    return InvalidRequest(detail, errors=[FieldError("/client_request_id", "idempotency", detail)])
