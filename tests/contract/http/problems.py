"""What every problem document has to be."""

from pathlib import Path

from httpx2 import Response

from entrypoints.http.errors import STATUS

ROOT = str(Path(__file__).parents[3])
"""No answer tells where the server lies."""

MEMBERS = {
    "type", "title", "status", "detail", "instance", "code", "request_id", "retryable", "remedy",
    "errors",
}  # fmt: skip


def assert_problem(answer: Response, status: int, code: str) -> None:
    """A whole RFC 9457 document with this status and code, and a remedy."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert_well_formed(answer)


def assert_well_formed(answer: Response) -> None:
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem.keys() == MEMBERS
    assert problem["status"] == answer.status_code
    assert problem["code"] in STATUS
    assert problem["type"] == f"/errors/{problem['code']}"
    assert problem["title"]
    assert problem["detail"]
    assert problem["remedy"]
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert all(wrong.keys() == {"pointer", "code", "detail"} for wrong in problem["errors"])
    assert "Traceback" not in answer.text
    assert ROOT not in answer.text
