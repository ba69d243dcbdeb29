"""The errors of the catalogue that a job may end with, as a message and back."""

from adapters.imaging.children.wire import Malformed, Message
from domain.model.errors import (
    DarkroomError,
    ImageCorrupt,
    ImageTooLarge,
    InternalError,
    InvalidRequest,
    Overloaded,
    UnsupportedImageFormat,
)

_KINDS: tuple[type[DarkroomError], ...] = (
    ImageCorrupt, ImageTooLarge, InternalError, InvalidRequest, Overloaded, UnsupportedImageFormat,
)  # fmt: skip
_BY_CODE = {kind.code: kind for kind in _KINDS}


def message_of(error: DarkroomError) -> Message:
    return Message({"error": error.code, "detail": error.detail, "remedy": error.hint})


def raise_any(answer: Message) -> None:
    """Raises the error the answer tells of, if it is one; `Malformed` if it is none of ours."""
    code = answer.head.get("error")
    if code is None:
        return
    kind = _BY_CODE.get(str(code))
    if kind is None:
        raise Malformed
    raise kind(str(answer.head.get("detail")), remedy=str(answer.head.get("remedy")))


def no_memory() -> Overloaded:
    return Overloaded("This server has too little memory free for the picture.")
