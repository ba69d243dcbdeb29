"""What a server, or the way to it, says when it can't do what was asked."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

UNREACHABLE = "unreachable"


class DarkroomProblem(Exception):
    """A problem document (RFC 9457) as an exception.

    `code`: one of the server's catalogue, `unreachable` when no server answered, or
    `unexpected_answer` when what answered is no Darkroom. `status`: the HTTP status, None when
    there was no answer. `page`: where to read about the code. `errors`: one
    `{pointer, code, detail}` a wrong field."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        remedy: str = "",
        status: int | None = None,
        request_id: str | None = None,
        retryable: bool = False,
        page: str = "",
        errors: Sequence[dict[str, Any]] = (),
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail, self.remedy = code, detail, remedy
        self.status, self.request_id, self.retryable = status, request_id, retryable
        self.page, self.errors = page, tuple(errors)

    @classmethod
    def of(
        cls, status: int, document: object, request_id: str | None = None, url: str = ""
    ) -> "DarkroomProblem":
        """From an answer of `url` that is an error. `document`: its JSON, None without one."""
        if not isinstance(document, dict) or "code" not in document:
            return cls(
                "unexpected_answer", f"The answer was HTTP {status} without a problem document.",
                remedy="Check that the address is that of a Darkroom server.",
                status=status, request_id=request_id, retryable=status >= 500,
            )  # fmt: skip
        return cls(
            str(document["code"]), str(document.get("detail") or document.get("title") or ""),
            remedy=str(document.get("remedy") or ""), status=status,
            request_id=document.get("request_id") or request_id,
            retryable=bool(document.get("retryable")), errors=document.get("errors") or (),
            page=urljoin(url, str(document.get("type") or "")),
        )  # fmt: skip
