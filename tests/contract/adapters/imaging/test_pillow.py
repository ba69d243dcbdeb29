"""What only this adapter promises: codec settings, its threads, its own walls."""

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, JpegImagePlugin

from adapters.imaging import reading, writing
from adapters.imaging.pillow import PillowImaging
from domain.model.errors import ImageCorrupt, ImageTooLarge, InternalError, Overloaded
from domain.model.picture import ImageLimits, Picture
from tests.contract.clauses.imaging_files import chunk, photo, png, png_bomb, saved

LIMITS = ImageLimits()
PICTURE = Picture(np.array(photo()))


def test_jpeg_is_baseline_with_full_colour() -> None:
    file = Image.open(BytesIO(writing.write(PICTURE, "jpeg", None).data))
    assert JpegImagePlugin.get_sampling(file) == 0
    assert "progressive" not in file.info


def test_png_is_packed_fast() -> None:
    data = writing.write(PICTURE, "png", None).data
    zlib_header = data[data.index(b"IDAT") + 4 :][:2]
    assert zlib_header == zlib.compress(b"", 1)[:2]


def test_jpegs_with_endless_scans_are_refused() -> None:
    data = saved(photo(), "JPEG", progressive=True)
    scan = data.index(b"\xff\xda")
    padded = data[:scan] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x00\x00" * 300 + data[scan:]
    with pytest.raises(ImageTooLarge, match="scans"):
        reading.read(padded, LIMITS)


def test_the_first_header_does_not_hide_a_second() -> None:
    """Pillow takes the last IHDR: the size judged is the size that would be decoded."""
    huge = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    with pytest.raises(ImageTooLarge):
        reading.read(png(1, 1, 8, 2, [b"\0\0\0"], extra=huge), LIMITS)


def test_no_pixels_is_no_picture() -> None:
    with pytest.raises(ImageCorrupt):
        reading.read(png(0, 0, 8, 2, []), LIMITS)


def test_an_operator_may_allow_more_than_pillow_would() -> None:
    data = png_bomb(side=14_000)  # past Pillow's own error at 179 million pixels
    with pytest.raises(ImageCorrupt):  # judged by its junk, not by its size
        reading.read(data, ImageLimits(max_pixels=200_000_000))


def test_running_out_of_memory_is_our_fault_and_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(reading, "split", exhausted)
    with pytest.raises(Overloaded) as caught:
        reading.read(saved(photo(), "PNG"), LIMITS)
    assert caught.value.retryable


def test_a_decoders_fault_keeps_its_cause_and_leaks_no_address() -> None:
    with pytest.raises(ImageCorrupt) as caught:
        reading.read(saved(photo(), "JPEG")[:200], LIMITS)
    assert caught.value.__cause__ is not None
    assert "0x" not in caught.value.detail


def test_pixels_no_file_can_hold_are_a_fault_of_ours() -> None:
    with pytest.raises(InternalError):
        writing.write(Picture(np.zeros((2, 2, 5), np.uint8)), "png", None)


@pytest.mark.anyio
async def test_closing_twice_and_unused_is_fine() -> None:
    imaging = PillowImaging(threads=1)
    await imaging.start()
    await imaging.ping()
    await imaging.aclose()
    await imaging.aclose()
