"""JSON answers, written once and not validated again on the way out."""

import json
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

NOT_KEPT = "no-store"

_spelt = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def to_json(content: Any) -> bytes:
    """Compact ASCII JSON: one line whatever is in it, and readable by every parser."""
    try:
        fast = orjson.dumps(content)
    except TypeError:  # numbers beyond 64 bits, lone surrogates
        fast = b""
    # It knows no escapes for letters outside ASCII.
    return fast if fast and fast.isascii() else _spelt(content).encode("ascii")


def json_answer(
    content: Any,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    media_type: str = "application/json",
) -> Response:
    """`content` as JSON that no cache keeps, unless `headers` say otherwise."""
    wanted = {"cache-control": NOT_KEPT, **(headers or {})}
    return Response(to_json(content), status, wanted, media_type)
