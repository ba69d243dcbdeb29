"""A picture as a message: three parts, of which only the first is never empty."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from adapters.imaging.children.wire import Malformed, Message
from domain.model.picture import Picture

Bytes = npt.NDArray[np.uint8]


def message_of(picture: Picture, head: Mapping[str, Any] | None = None) -> Message:
    """`head`: what else it says. Raises `ValueError` or `TypeError` of what is no array."""
    pixels = np.ascontiguousarray(picture.pixels, np.uint8)
    alpha = None if picture.alpha is None else np.ascontiguousarray(picture.alpha, np.uint8)
    said = {"size": pixels.shape[:2], "gray": picture.gray, "clear": alpha is not None}
    parts = (pixels.data, b"" if alpha is None else alpha.data, picture.icc_profile or b"")
    return Message({**(head or {}), **said}, [memoryview(part) for part in parts])


def picture_of(message: Message) -> Picture:
    """Writable arrays over the message's own memory. Raises `Malformed`."""
    try:
        pixels, alpha, profile = message.parts
        height, width = message.head["size"]
        return Picture(
            _array(pixels).reshape(height, width, 3),
            _array(alpha).reshape(height, width) if message.head["clear"] else None,
            message.head["gray"] is True,
            bytes(profile) or None,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise Malformed from error


def _array(part: memoryview) -> Bytes:
    return np.frombuffer(part, np.uint8)
