"""What every imaging adapter does with a file it is given (§ 1-21: `decode`)."""

import asyncio
from functools import partial

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from domain.model.errors import (
    DarkroomError,
    ImageCorrupt,
    ImageTooLarge,
    UnsupportedImageFormat,
)
from domain.model.picture import ImageLimits, Picture
from ports.imaging import Imaging
from tests.contract.clauses import imaging_files as files

LIMITS = ImageLimits()
COLOURS = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [9, 8, 7]]], np.uint8)
SAMPLES = {
    "jpeg": files.saved(files.photo(), "JPEG", quality=95),
    "progressive": files.saved(files.photo(), "JPEG", progressive=True),
    "cmyk": files.saved(files.photo().convert("CMYK"), "JPEG"),
    "png": files.saved(files.photo(), "PNG"),
    "palette": files.saved(files.photo().quantize(8), "PNG", transparency=3),
    "gray": files.saved(files.photo().convert("L"), "PNG"),
    "bits": files.saved(files.photo().convert("1"), "PNG"),
    "gray alpha": files.saved(files.photo().convert("LA"), "PNG"),
    "webp": files.saved(files.photo(), "WEBP", exif=b"Exif\0\0"),
    "webp alpha": files.saved(files.photo().convert("RGBA"), "WEBP", lossless=True),
}
many = partial(settings, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def damaged_files(draw: st.DrawFn) -> bytes:
    """A sample with a few bytes replaced, and perhaps its end cut off or junk in its middle."""
    file = bytearray(SAMPLES[draw(st.sampled_from(sorted(SAMPLES)))])
    places = st.integers(0, len(file) - 1)
    for place in draw(st.lists(places, min_size=1, max_size=6)):
        file[place] = draw(st.integers(0, 255))
    cut = draw(places)
    return bytes(file[:cut]) + draw(st.binary(max_size=8)) + bytes(file[cut:])


async def picture_or_error(imaging: Imaging, data: bytes) -> Picture | DarkroomError:
    try:
        return await imaging.decode(data, LIMITS)
    except DarkroomError as error:
        return error


class DecodingClauses:
    """The binding gives a fixture `imaging`: a started adapter."""

    pytestmark = pytest.mark.anyio

    @pytest.mark.parametrize("name", SAMPLES)
    async def test_01_every_mode_becomes_plain_writable_arrays(
        self, imaging: Imaging, name: str
    ) -> None:
        picture = await imaging.decode(SAMPLES[name], LIMITS)
        assert (picture.width, picture.height) == (24, 16)
        assert picture.pixels.shape == (16, 24, 3)
        for array in (picture.pixels, picture.alpha):
            if array is not None:
                assert array.dtype == np.uint8
                assert array.flags.c_contiguous
                assert array.flags.writeable

    async def test_02_colours_are_exact_and_opaque_means_no_alpha(self, imaging: Imaging) -> None:
        opaque = np.dstack([COLOURS, np.full((2, 2), 255, np.uint8)])
        for array in (COLOURS, opaque):
            picture = await imaging.decode(files.saved(Image.fromarray(array), "PNG"), LIMITS)
            assert np.array_equal(picture.pixels, COLOURS)
            assert picture.alpha is None
            assert not picture.gray

    @pytest.mark.parametrize("format", ["PNG", "WEBP"])
    async def test_03_alpha_is_kept_apart(self, imaging: Imaging, format: str) -> None:
        alpha = np.array([[0, 80], [160, 255]], np.uint8)
        image = Image.fromarray(np.dstack([COLOURS, alpha]))
        data = files.saved(image, format, lossless=True, exact=True)
        picture = await imaging.decode(data, LIMITS)
        assert np.array_equal(picture.pixels, COLOURS)
        assert np.array_equal(picture.alpha, alpha)

    @pytest.mark.parametrize("alphas", [b"\x00", b"\x80\xff\x00"])
    async def test_04_a_palette_keeps_colours_and_alpha(
        self, imaging: Imaging, alphas: bytes
    ) -> None:
        extra = files.chunk(b"PLTE", COLOURS.tobytes()) + files.chunk(b"tRNS", alphas)
        picture = await imaging.decode(files.png(4, 1, 8, 3, [bytes([0, 1, 2, 3])], extra), LIMITS)
        assert np.array_equal(picture.pixels, COLOURS.reshape(1, 4, 3))
        assert picture.alpha.tobytes() == alphas.ljust(4, b"\xff")

    @pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
    async def test_05_gray_of_any_depth_is_scaled_not_clipped(
        self, imaging: Imaging, depth: int
    ) -> None:
        row = {1: b"\x40", 2: b"\x30", 4: b"\x0f", 8: b"\x00\xff", 16: b"\x00\x00\xff\xff"}[depth]
        picture = await imaging.decode(files.png(2, 1, depth, 0, [row]), LIMITS)
        assert picture.gray
        assert picture.pixels.reshape(2, 3).tolist() == [[0] * 3, [255] * 3]

    async def test_06_sixteen_bit_gray_keeps_its_ramp(self, imaging: Imaging) -> None:
        ramp = np.arange(0, 65_536, 16, dtype=np.uint16)
        data = files.png(len(ramp), 1, 16, 0, [ramp.astype(">u2").tobytes()])
        picture = await imaging.decode(data, LIMITS)
        assert np.abs(picture.pixels[0, :, 0] - ramp / 257).max() <= 0.5
        assert abs(picture.pixels.mean() - 127.5) < 0.5

    @pytest.mark.parametrize(
        ("depth", "row", "key"),
        [(1, b"\x40", 1), (2, b"\x30", 3), (4, b"\x0f", 15), (8, b"\x00\x07", 7),
         (16, b"\x00\x00\x12\x34", 0x1234)],
    )  # fmt: skip
    async def test_07_one_transparent_gray_is_found_in_any_depth(
        self, imaging: Imaging, depth: int, row: bytes, key: int
    ) -> None:
        extra = files.chunk(b"tRNS", key.to_bytes(2, "big"))
        picture = await imaging.decode(files.png(2, 1, depth, 0, [row], extra), LIMITS)
        assert picture.gray
        assert picture.alpha.tolist() == [[255, 0]]

    @pytest.mark.parametrize("depth", [8, 16])
    async def test_08_one_transparent_colour_is_found(self, imaging: Imaging, depth: int) -> None:
        scale = 257 if depth == 16 else 1
        wide = (COLOURS.reshape(1, 4, 3).astype(int) * scale).astype(">u2")
        key = files.chunk(b"tRNS", wide[0, 3].tobytes())
        row = wide.tobytes() if depth == 16 else COLOURS.tobytes()
        picture = await imaging.decode(files.png(4, 1, depth, 2, [row], key), LIMITS)
        assert np.array_equal(picture.pixels, COLOURS.reshape(1, 4, 3))
        assert picture.alpha.tolist() == [[255, 255, 255, 0]]

    async def test_09_gray_with_alpha_stays_gray(self, imaging: Imaging) -> None:
        picture = await imaging.decode(files.png(2, 1, 8, 4, [b"\x0a\xff\xc8\x40"]), LIMITS)
        assert picture.gray
        assert picture.pixels.reshape(2, 3).tolist() == [[10] * 3, [200] * 3]
        assert picture.alpha.tolist() == [[255, 64]]

    async def test_10_inks_become_the_colours_they_print(self, imaging: Imaging) -> None:
        inks = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
        picture = await imaging.decode(files.saved(inks, "JPEG", quality=100), LIMITS)
        assert np.abs(picture.pixels.mean(axis=(0, 1)) - [255, 0, 0]).max() < 4
        assert picture.icc_profile is None

    @pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
    @pytest.mark.parametrize("orientation", range(1, 9))
    async def test_11_the_picture_comes_upright(
        self, imaging: Imaging, format: str, orientation: int
    ) -> None:
        stored = (await imaging.decode(files.oriented(format, 1), LIMITS)).pixels
        turned = await imaging.decode(files.oriented(format, orientation), LIMITS)
        mirrored = {2: stored[:, ::-1], 4: stored[::-1], 3: stored[::-1, ::-1]}
        across = {5: stored, 6: stored[::-1], 7: stored[::-1, ::-1], 8: stored[:, ::-1]}
        expected = mirrored.get(orientation, stored)
        if orientation in across:
            expected = across[orientation].transpose(1, 0, 2)
        assert np.array_equal(turned.pixels, expected)

    async def test_12_broken_metadata_is_no_broken_picture(self, imaging: Imaging) -> None:
        broken = b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\xfe" * 30
        picture = await imaging.decode(files.saved(files.photo(), "JPEG", exif=broken), LIMITS)
        assert (picture.width, picture.height) == (24, 16)

    @pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
    async def test_13_the_colour_profile_stays(self, imaging: Imaging, format: str) -> None:
        data = files.saved(files.photo(), format, icc_profile=files.SRGB_PROFILE)
        assert (await imaging.decode(data, LIMITS)).icc_profile == files.SRGB_PROFILE

    @pytest.mark.parametrize("name", files.NOT_PICTURES)
    async def test_14_other_files_are_refused(self, imaging: Imaging, name: str) -> None:
        with pytest.raises(UnsupportedImageFormat):
            await imaging.decode(files.NOT_PICTURES[name], LIMITS)

    @pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
    async def test_15_limits_are_exact(self, imaging: Imaging, format: str) -> None:
        data = files.saved(files.photo(24, 16), format)
        await imaging.decode(data, ImageLimits(max_pixels=24 * 16, max_side_px=24))
        for limits in (ImageLimits(24 * 16 - 1, 24), ImageLimits(24 * 16, 23)):
            with pytest.raises(ImageTooLarge, match="24×16"):
                await imaging.decode(data, limits)

    @pytest.mark.parametrize("bomb", [files.png_bomb, files.webp_bomb, files.jpeg_bomb])
    async def test_16_a_bomb_is_told_by_its_header(self, imaging: Imaging, bomb: type) -> None:
        with pytest.raises(ImageTooLarge):
            await imaging.decode(bomb(), LIMITS)

    @pytest.mark.parametrize("format", ["PNG", "WEBP"])
    async def test_17_animations_are_refused(self, imaging: Imaging, format: str) -> None:
        with pytest.raises(UnsupportedImageFormat, match="animated"):
            await imaging.decode(files.animation(format), LIMITS)

    async def test_18_of_a_phones_many_pictures_the_first_is_taken(self, imaging: Imaging) -> None:
        picture = await imaging.decode(files.animation("MPO"), LIMITS)
        assert np.abs(picture.pixels.astype(int) - np.asarray(files.photo())).mean() < 8

    @many(max_examples=40)
    @given(name=st.sampled_from(sorted(SAMPLES)), share=st.floats(0.0, 0.8))
    async def test_19_a_truncated_file_is_corrupt(
        self, imaging: Imaging, name: str, share: float
    ) -> None:
        with pytest.raises((ImageCorrupt, UnsupportedImageFormat)):
            await imaging.decode(SAMPLES[name][: int(len(SAMPLES[name]) * share)], LIMITS)

    @many(max_examples=250)
    @given(data=damaged_files())
    async def test_20_any_damage_is_an_answer_not_an_accident(
        self, imaging: Imaging, data: bytes
    ) -> None:
        answer = await picture_or_error(imaging, data)
        assert isinstance(answer, Picture) or not answer.retryable

    async def test_21_many_at_once_each_get_their_own(self, imaging: Imaging) -> None:
        sizes = [(8 + n, 40 - n) for n in range(24)]
        data = [files.saved(files.photo(*size), "PNG") for size in sizes]
        pictures = await asyncio.gather(*(imaging.decode(each, LIMITS) for each in data))
        assert [(p.width, p.height) for p in pictures] == sizes
