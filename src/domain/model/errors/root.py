"""The root of the error tree."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field. `pointer` is an RFC 6901 JSON pointer into the request body."""

    pointer: str
    code: str
    detail: str


class DarkroomError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "internal_error"
    remedy: ClassVar[str] = "Try again; if it persists, report the request id."
    transient: ClassVar[bool] = False
    """Whether the same attempt may succeed later; decides retries and `retryable`."""

    def __init__(
        self,
        detail: str | None = None,
        *,
        remedy: str | None = None,
        retryable: bool | None = None,
        retry_after_s: int | None = None,
        errors: Sequence[FieldError] = (),
    ) -> None:
        self.detail = detail or self.title()
        self.hint = remedy or self.remedy
        self.retryable = self.transient if retryable is None else retryable
        self.retry_after_s = retry_after_s
        self.errors = tuple(errors)
        super().__init__(self.detail)

    @classmethod
    def title(cls) -> str:
        """The first line of the docstring: short, the same for every occurrence."""
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0]
