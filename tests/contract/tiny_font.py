"""A TrueType font of a few letters, each a solid box of its own height, written byte by byte."""

import struct

FAMILY = "Darkroom Boxes"
LETTERS = "A中"
"""It has these and no others. `中` is in no font that comes with Pillow."""

UNITS = 1000


def tiny_font() -> bytes:
    glyphs = [b"", *(_box(600 + 100 * number) for number in range(len(LETTERS)))]
    glyphs[0] = _box(300)  # what is shown for a letter that is missing
    offsets = [sum(map(len, glyphs[:number])) for number in range(len(glyphs) + 1)]
    count = len(glyphs)
    tables = {
        b"cmap": _cmap(),
        b"glyf": b"".join(glyphs),
        b"head": struct.pack(
            ">IIIIHHqqhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, UNITS, 0, 0,
            0, 0, 500, 800, 0, 8, 2, 1, 0,
        ),
        b"hhea": struct.pack(">IhhhHhhhhhh8xhH", 0x10000, 800, -200, 0, 600, 0, 0, 500, 1, 0, 0,
                             0, count),
        b"hmtx": struct.pack(">Hh", 600, 50) * count,
        b"loca": struct.pack(f">{count + 1}I", *offsets),
        b"maxp": struct.pack(">IH13H", 0x10000, count, 4, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0),
        b"name": _names({1: FAMILY, 2: "Regular", 4: FAMILY}),
    }  # fmt: skip
    return _file(tables)


def _box(height: int) -> bytes:
    """A glyph of one contour: 50 to 550 wide, 0 to `height` high."""
    head = struct.pack(">hhhhhHH", 1, 50, 0, 550, height, 3, 0)
    xs, ys = struct.pack(">4h", 50, 0, 500, 0), struct.pack(">4h", 0, height, 0, -height)
    body = head + b"\x01" * 4 + xs + ys
    return body + bytes(-len(body) % 4)


def _cmap() -> bytes:
    """Format 12: one group a letter."""
    groups = b"".join(
        struct.pack(">III", ord(letter), ord(letter), number)
        for number, letter in enumerate(LETTERS, start=1)
    )
    sub = struct.pack(">HHIII", 12, 0, 16 + len(groups), 0, len(LETTERS)) + groups
    return struct.pack(">HHHHI", 0, 1, 3, 10, 12) + sub


def _names(texts: dict[int, str]) -> bytes:
    records, strings = b"", b""
    for number, text in texts.items():
        raw = text.encode("utf-16-be")
        records += struct.pack(">6H", 3, 1, 0x409, number, len(raw), len(strings))
        strings += raw
    return struct.pack(">HHH", 0, len(texts), 6 + len(records)) + records + strings


def _file(tables: dict[bytes, bytes]) -> bytes:
    head = struct.pack(">IHHHH", 0x10000, len(tables), 128, 3, 0)
    at, directory, body = 12 + 16 * len(tables), b"", b""
    for tag, data in sorted(tables.items()):
        directory += struct.pack(">4sIII", tag, 0, at + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    return head + directory + body
