"""Sizes that files claim, against what Pillow reads; and no byte string that breaks it."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from domain.model.picture_head import MAX_SEGMENTS, claimed_size

SIZES = [(1, 1), (640, 480), (300, 7), (1, 16_000)]
PNG, JPEG, WEBP = b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"RIFF\0\0\0\0WEBP"


def saved(size: tuple[int, int], format: str, mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, format, **options)
    return file.getvalue()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("format", "mode", "options"),
    [
        ("PNG", "RGB", {}), ("PNG", "P", {}), ("JPEG", "RGB", {}),
        ("JPEG", "L", {"progressive": True}),
        ("JPEG", "RGB", {"icc_profile": b"x" * 200_000, "comment": b"y" * 60_000}),
        ("WEBP", "RGB", {}), ("WEBP", "RGBA", {}), ("WEBP", "RGB", {"lossless": True}),
        ("WEBP", "RGB", {"icc_profile": b"x" * 200}),
    ],
    ids=["png", "png palette", "jpeg", "jpeg progressive", "jpeg with profile", "webp",
         "webp alpha", "webp lossless", "webp extended"],
)  # fmt: skip
def test_the_size_is_the_files(
    size: tuple[int, int], format: str, mode: str, options: dict[str, object]
) -> None:
    assert claimed_size(saved(size, format, mode, **options)) == size


def test_fill_bytes_are_passed_over() -> None:
    data = saved((9, 5), "JPEG")
    assert claimed_size(data[:2] + b"\xff\xff\xff" + data[2:]) == (9, 5)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_a_file_cut_short_is_unknown_or_right(format: str) -> None:
    data = saved((640, 480), format)
    assert {claimed_size(data[:length]) for length in range(len(data))} == {None, (640, 480)}


def test_a_million_segments_are_not_walked() -> None:
    frame = b"\xff\xc0\x00\x11\x08\x00\x05\x00\x09"
    assert claimed_size(JPEG + b"\xff\xe0\x00\x02" * (MAX_SEGMENTS - 1) + frame) == (9, 5)
    assert claimed_size(JPEG + b"\xff\xe0\x00\x02" * MAX_SEGMENTS + frame) is None


@pytest.mark.parametrize(
    "data",
    [
        b"", b"GIF89a" + bytes(30), PNG + bytes(30), PNG + b"\0\0\0\x0dIHDR" + bytes(30),
        JPEG + b"\xff\xc0\x00\x11\x08\x00\x00\x00\x09", WEBP + b"ALPH" + bytes(20),
    ],
    ids=["empty", "gif", "no IHDR", "zero", "zero height", "odd chunk"],
)  # fmt: skip
def test_what_claims_nothing_is_unknown(data: bytes) -> None:
    assert claimed_size(data) is None


@given(st.sampled_from([PNG, JPEG + b"\xff", WEBP + b"VP8 ", WEBP + b"VP8L", WEBP + b"VP8X", b""]),
       st.binary(max_size=64))  # fmt: skip
def test_any_bytes_claim_a_size_or_nothing(head: bytes, tail: bytes) -> None:
    size = claimed_size(head + tail)
    assert size is None or min(size) > 0
