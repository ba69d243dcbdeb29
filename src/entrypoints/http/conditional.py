"""Answers that need not be sent again (RFC 9110, section 13)."""

from starlette.requests import Request


def is_known(request: Request, etag: str) -> bool:
    """Whether `If-None-Match` names `etag`, compared weakly."""
    given = request.headers.get("if-none-match", "")
    tags = [tag.strip().removeprefix("W/") for tag in given.split(",")]
    return etag.removeprefix("W/") in tags or "*" in tags
