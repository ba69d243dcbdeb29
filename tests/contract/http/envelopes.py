"""What every refusal of ImageGenX has to be."""

from collections.abc import Mapping
from typing import Any

from httpx2 import Response


def refused(answer: Response, status: int, error_code: str) -> Mapping[str, Any]:
    """The data of a whole refusal."""
    envelope = answer.json()
    assert (answer.status_code, envelope["code"]) == (status, status), answer.text
    assert answer.headers["content-type"] == "application/json"
    assert envelope.keys() == {"code", "message", "data"}
    data: Mapping[str, Any] = envelope["data"]
    assert data.keys() == {"error_code", "remedy", "retryable", "request_id", "errors"}
    assert data["error_code"] == error_code
    assert data["request_id"] == answer.headers["x-request-id"]
    return data
