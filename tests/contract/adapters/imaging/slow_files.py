"""A few bytes that take seconds: what a decoder is killed over, or runs out of time with."""

import struct

from tests.contract.clauses.imaging_files import photo, saved

EMPTY_SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x00\x00\x00"


def slow_jpeg(side: int = 10_000) -> bytes:
    """2 KB, 5 s of processor time, and in the end a picture: each scan walks over every block."""
    data = saved(photo(64, 64).convert("L"), "JPEG", progressive=True)
    size, scan = data.index(b"\xff\xc2") + 5, data.index(b"\xff\xda")
    header = data[:size] + struct.pack(">HH", side, side) + data[size + 4 : scan]
    return header + EMPTY_SCAN * 185 + data[scan:]
