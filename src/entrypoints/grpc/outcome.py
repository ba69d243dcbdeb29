"""What became of a call, as ImageGenX says it: a code from a short list, and words."""

from collections.abc import Mapping

from domain.model.errors import DarkroomError
from entrypoints.http.errors import STATUS

OK, SUCCESS = 200, "success"

CODES: Mapping[int, int] = {
    200: 200, 400: 400, 401: 401, 403: 401, 404: 404, 410: 404, 422: 422, 429: 429,
}  # fmt: skip
"""HTTP statuses that this surface has a word for."""

TOO_MUCH = frozenset({"overloaded"})
"""Not the caller's doing, but what helps is the same as for 429: to come again later."""


def code_of(error: DarkroomError) -> int:
    """What else a caller got wrong is 400, what else went wrong is 500."""
    if error.code in TOO_MUCH:
        return 429
    status = STATUS[error.code]
    return CODES.get(status, 400 if status < 500 else 500)


def message_of(error: DarkroomError) -> str:
    """The code of the catalogue first, so that a program finds it."""
    return f"{error.code}: {error.detail}"


def details_of(error: DarkroomError) -> list[tuple[str, str]]:
    """For the trailing metadata of the call."""
    found = [("error-code", error.code)]
    if error.retry_after_s is not None:
        found.append(("retry-after", str(max(1, error.retry_after_s))))
    return found
