"""What the first bytes of a file say."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.model.picture import Picture, sniff

JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("head", "format"),
    [
        (JPEG + b"\xe0\x00\x10JFIF\x00", "jpeg"),
        (JPEG + b"\xfe\x00\x0aaaWEBP", "jpeg"),
        (PNG + b"\x00\x00\x00\x0d", "png"),
        (b"RIFF\x24\x00\x00\x00WEBP", "webp"),
        (b"RIFF\x24\x00\x00\x00WAVE", None),
        (b"RIFX\x24\x00\x00\x00WEBP", None),
        (b"GIF89a", None),
        (b"<svg xmlns=", None),
        (PNG[:7], None),
        (JPEG[:2], None),
        (b"", None),
    ],
)
def test_the_format_is_in_the_first_bytes(head: bytes, format: str | None) -> None:
    assert sniff(head) == format


@given(st.binary(max_size=12))
def test_any_bytes_have_one_format_or_none(tail: bytes) -> None:
    assert sniff(JPEG + tail) == "jpeg"
    assert sniff(PNG + tail) == "png"
    assert sniff(tail) in {None, "jpeg", "png", "webp"}


def test_a_picture_knows_its_sides() -> None:
    picture = Picture(SimpleNamespace(shape=(30, 40, 3)))
    assert (picture.width, picture.height) == (40, 30)
