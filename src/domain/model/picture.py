"""A decoded picture, as the imaging port hands it to a runner and takes it back.

Arrays are numpy arrays in practice; the domain names no library, so they are `Any` here
and their shapes are part of the contract below.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Format = Literal["png", "jpeg", "webp"]

EXTENSIONS: Mapping[Format, str] = {"png": "png", "jpeg": "jpg", "webp": "webp"}

MAGIC: tuple[tuple[Format, bytes, int], ...] = (
    ("jpeg", b"\xff\xd8\xff", 0),
    ("png", b"\x89PNG\r\n\x1a\n", 0),
    ("webp", b"WEBP", 8),
)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """`pixels`: uint8, shape (height, width, 3), order R, G, B, in the space of `icc_profile`
    (sRGB when None). `alpha`: uint8, shape (height, width), or None when the picture is opaque.
    `gray`: the file had one channel (the three are equal), so an encoder may write one again.
    A runner hands `gray` and `icc_profile` on to the picture it makes of this one.
    """

    pixels: Any
    alpha: Any = None
    gray: bool = False
    icc_profile: bytes | None = None

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])


@dataclass(frozen=True, slots=True)
class Encoded:
    """A finished file: its bytes, MIME type, and size in pixels."""

    data: bytes
    content_type: str
    extension: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What a picture may be before it is decoded. RFC 2083 allows 2^31 - 1 px a side."""

    max_pixels: int = 64_000_000
    max_side_px: int = 16_384


def sniff(head: bytes) -> Format | None:
    """The format named by the first 12 bytes, or None: names and MIME types are not believed."""
    found = (name for name, mark, at in MAGIC if head[at : at + len(mark)] == mark)
    name = next(found, None)
    return None if name == "webp" and head[:4] != b"RIFF" else name


def format_of(file: bytes) -> Format:
    """Of a file whose first bytes were judged when it came in."""
    found = sniff(file[:12])
    if found is None:
        raise ValueError("this is no picture file")
    return found
