"""The size a file claims in its first bytes: enough to refuse early, never to be relied upon."""

from domain.model.picture import sniff

_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's start-of-frame markers (ITU-T T.81, table B.1)."""
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a length."""
MAX_SEGMENTS = 1_000
"""A camera's JPEG has tens before its frame; a hostile one can hold millions."""


def claimed_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in px, both positive, or None when they are not to be found."""
    match sniff(data[:12]):
        case "png":
            size = _png(data)
        case "jpeg":
            size = _jpeg(data)
        case "webp":
            size = _webp(data[:30])
        case _:
            return None
    return size if size and min(size) > 0 else None


def _png(data: bytes) -> tuple[int, int] | None:
    """The IHDR chunk comes first (RFC 2083 §4.1.1)."""
    if len(data) < 24 or data[12:16] != b"IHDR":
        return None
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    for _ in range(MAX_SEGMENTS):
        if at + 9 > len(data) or data[at] != 0xFF:
            return None
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker in _SOF:
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        if marker == 0xFF:  # a fill byte
            at += 1
        else:
            at += 2 if marker in _BARE else 2 + length
    return None


def _webp(head: bytes) -> tuple[int, int] | None:
    """RFC 9649 §2.5-2.7: lossy, lossless, or extended with a canvas of its own."""
    if len(head) < 30:
        return None
    match head[12:16]:
        case b"VP8 ":
            return _little(head[26:28]) & 0x3FFF, _little(head[28:30]) & 0x3FFF
        case b"VP8L":
            bits = _little(head[21:25])
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8X":
            return 1 + _little(head[24:27]), 1 + _little(head[27:30])
    return None


def _little(part: bytes) -> int:
    return int.from_bytes(part, "little")
