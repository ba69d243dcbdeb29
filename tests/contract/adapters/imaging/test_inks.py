"""CMYK: whose inversion, and whose profile."""

import struct

import numpy as np
import pytest
from PIL import Image, ImageChops

from adapters.imaging.reading import read
from domain.model.picture import ImageLimits, Picture
from tests.contract.clauses.imaging_files import saved

CYAN = Image.new("CMYK", (16, 16), (255, 0, 0, 0))


def mean_colour(picture: Picture) -> list[int]:
    return [round(v) for v in picture.pixels.mean(axis=(0, 1))]


def flat_cmyk_profile(lightness: int, a: int, b: int) -> bytes:
    """A printer profile that prints every ink as one Lab colour (ICC.1:2022 §10.10 `mft1`)."""
    identity = bytes(range(256))
    nodes = bytes([lightness, a, b]) * 2**4
    matrix = struct.pack(">9i", *(65536 * (n in (0, 4, 8)) for n in range(9)))
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix + identity * 4 + nodes + identity * 3
    lut += bytes(-len(lut) % 4)
    head = bytearray(128)
    head[8:24] = b"\x02\x40\0\0prtrCMYKLab "
    head[36:40] = b"acsp"
    head[68:80] = struct.pack(">3i", 63190, 65536, 54061)  # D50
    table = struct.pack(">I4sII", 1, b"A2B0", 128 + 16, len(lut))
    head[0:4] = struct.pack(">I", 128 + len(table) + len(lut))
    return bytes(head) + table + lut


def test_adobe_files_hold_the_inks_inverted() -> None:
    picture = read(saved(CYAN, "JPEG", quality=100), ImageLimits())
    assert np.abs(np.subtract(mean_colour(picture), [0, 255, 255])).max() < 4


def test_files_without_adobes_mark_hold_the_inks_as_they_are() -> None:
    data = saved(ImageChops.invert(CYAN), "JPEG", quality=100)
    start = data.index(b"\xff\xee")
    end = start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")
    picture = read(data[:start] + data[end:], ImageLimits())
    assert np.abs(np.subtract(mean_colour(picture), [0, 255, 255])).max() < 4


def test_the_files_profile_decides_the_colour() -> None:
    red_in_lab = flat_cmyk_profile(lightness=136, a=209, b=195)
    picture = read(saved(CYAN, "JPEG", icc_profile=red_in_lab), ImageLimits())
    red, green, blue = mean_colour(picture)
    assert red > 2 * max(green, blue)
    assert picture.icc_profile is None


@pytest.mark.parametrize("profile", [b"junk", flat_cmyk_profile(0, 0, 0)[:200]])
def test_a_broken_profile_is_passed_over(profile: bytes) -> None:
    picture = read(saved(CYAN, "JPEG", quality=100, icc_profile=profile), ImageLimits())
    assert np.abs(np.subtract(mean_colour(picture), [0, 255, 255])).max() < 4
