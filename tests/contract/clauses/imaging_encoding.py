"""What every imaging adapter writes (§ 31-41: `encode`)."""

from functools import partial
from io import BytesIO

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from domain.model.errors import ImageTooLarge, InvalidRequest
from domain.model.output import WHITE, Colour
from domain.model.picture import Format, ImageLimits, Picture, sniff
from ports.imaging import Imaging
from tests.contract.clauses import imaging_files as files

LIMITS = ImageLimits()
FORMATS: tuple[Format, ...] = ("png", "jpeg", "webp")
GRAY_PROFILE = files.SRGB_PROFILE[:16] + b"GRAY" + files.SRGB_PROFILE[20:]
many = partial(settings, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def colours(width: int = 48, height: int = 32) -> np.ndarray:
    return np.array(files.photo(width, height))


def fading(width: int = 48, height: int = 32) -> np.ndarray:
    return np.tile(np.linspace(0, 255, width).astype(np.uint8), (height, 1))


@st.composite
def any_pictures(draw: st.DrawFn) -> Picture:
    height, width = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    gray, clear = draw(st.booleans()), draw(st.booleans())
    planes = np.frombuffer(draw(st.binary(min_size=324, max_size=324)), np.uint8)
    planes = planes.reshape(9, 9, 4)[:height, :width]
    pixels = np.repeat(planes[:, :, :1], 3, axis=2) if gray else planes[:, :, :3]
    alpha = planes[:, :, 3] if clear and planes[:, :, 3].min() < 255 else None
    return Picture(pixels, alpha, gray=gray)


class EncodingClauses:
    """The binding gives a fixture `imaging`: a started adapter."""

    pytestmark = pytest.mark.anyio

    @many(max_examples=60)
    @given(picture=any_pictures())
    async def test_31_png_comes_back_identical(self, imaging: Imaging, picture: Picture) -> None:
        again = await imaging.decode(
            (await imaging.encode(picture, "png", None, WHITE)).data, LIMITS
        )
        assert np.array_equal(again.pixels, picture.pixels)
        assert np.array_equal(again.alpha, picture.alpha)
        assert again.gray == picture.gray

    @pytest.mark.parametrize("format", FORMATS)
    async def test_32_the_answer_says_what_the_file_is(
        self, imaging: Imaging, format: Format
    ) -> None:
        encoded = await imaging.encode(Picture(colours()), format, None, WHITE)
        assert sniff(encoded.data[:12]) == format
        assert encoded.content_type == f"image/{format}"
        assert encoded.extension == {"jpeg": "jpg"}.get(format, format)
        assert (encoded.width, encoded.height) == (48, 32)
        again = await imaging.decode(encoded.data, LIMITS)
        assert np.abs(again.pixels.astype(int) - colours()).mean() < 4

    @pytest.mark.parametrize("format", ["png", "webp"])
    async def test_33_alpha_is_kept(self, imaging: Imaging, format: Format) -> None:
        encoded = await imaging.encode(Picture(colours(), fading()), format, None, WHITE)
        again = await imaging.decode(encoded.data, LIMITS)
        assert np.array_equal(again.alpha, fading())

    @pytest.mark.parametrize("background", [WHITE, (90, 90, 90), (250, 120, 10)])
    @pytest.mark.parametrize("gray", [False, True])
    async def test_34_jpeg_lies_on_the_background(
        self, imaging: Imaging, gray: bool, background: Colour
    ) -> None:
        black = Picture(np.zeros((32, 48, 3), np.uint8), fading(), gray=gray)
        encoded = await imaging.encode(black, "jpeg", 100, background)
        again = await imaging.decode(encoded.data, LIMITS)
        assert again.alpha is None
        assert again.gray is (gray and len(set(background)) == 1)
        expected = (1 - fading() / 255)[:, :, None] * np.array(background)
        assert np.abs(again.pixels - expected).max() <= 5

    @pytest.mark.parametrize(("format", "stays"), [("png", True), ("jpeg", True), ("webp", False)])
    async def test_35_gray_is_one_channel_where_the_format_can(
        self, imaging: Imaging, format: Format, stays: bool
    ) -> None:
        light = np.repeat(fading()[:, :, None], 3, axis=2)
        encoded = await imaging.encode(Picture(light, gray=True), format, None, WHITE)
        again = await imaging.decode(encoded.data, LIMITS)
        assert again.gray is stays
        assert np.ptp(again.pixels.astype(int), axis=2).max() <= 3

    @pytest.mark.parametrize("format", FORMATS)
    async def test_36_the_profile_travels_and_nothing_else(
        self, imaging: Imaging, format: Format
    ) -> None:
        tagged = files.saved(
            files.photo(), "JPEG", icc_profile=files.SRGB_PROFILE, comment=b"secret place",
            exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0",
        )  # fmt: skip
        encoded = await imaging.encode(await imaging.decode(tagged, LIMITS), format, None, WHITE)
        file = Image.open(BytesIO(encoded.data))
        assert file.info["icc_profile"] == files.SRGB_PROFILE
        assert not {"exif", "xmp", "comment"} & set(file.info)
        assert b"secret place" not in encoded.data

    @pytest.mark.parametrize(
        ("gray", "profile", "format", "kept"),
        [
            (True, GRAY_PROFILE, "png", True),
            (True, GRAY_PROFILE, "webp", False),
            (True, files.SRGB_PROFILE, "png", False),
            (False, GRAY_PROFILE, "png", False),
            (False, b"no profile at all", "png", False),
            (False, files.SRGB_PROFILE + bytes(1 << 20), "jpeg", False),
        ],
    )
    async def test_37_a_profile_that_does_not_fit_is_left_out(
        self, imaging: Imaging, gray: bool, profile: bytes, format: Format, kept: bool
    ) -> None:
        light = np.repeat(fading()[:, :, None], 3, axis=2)
        encoded = await imaging.encode(Picture(light, None, gray, profile), format, None, WHITE)
        found = Image.open(BytesIO(encoded.data)).info.get("icc_profile")
        assert (found == profile) is kept

    @pytest.mark.parametrize("format", ["jpeg", "webp"])
    async def test_38_quality_buys_bytes(self, imaging: Imaging, format: Format) -> None:
        noise = np.random.default_rng(7).integers(0, 256, (64, 64, 3)).astype(np.uint8)
        sizes = [
            len((await imaging.encode(Picture(noise), format, quality, WHITE)).data)
            for quality in (1, 30, None, 100)
        ]
        assert sizes == sorted(sizes)
        assert len(set(sizes)) == len(sizes)

    @pytest.mark.parametrize("quality", [0, -1, 101])
    async def test_39_an_impossible_quality_is_refused(
        self, imaging: Imaging, quality: int
    ) -> None:
        with pytest.raises(InvalidRequest):
            await imaging.encode(Picture(colours()), "jpeg", quality, WHITE)

    @pytest.mark.parametrize(("format", "side"), [("webp", 16_384), ("jpeg", 65_501)])
    async def test_40_a_side_the_format_cannot_hold_is_named(
        self, imaging: Imaging, format: Format, side: int
    ) -> None:
        strip = np.zeros((1, side, 3), np.uint8)
        with pytest.raises(ImageTooLarge, match=f"{side}×1"):
            await imaging.encode(Picture(strip), format, None, WHITE)
        await imaging.encode(Picture(strip[:, 1:]), format, None, WHITE)

    @pytest.mark.parametrize(
        ("alpha", "format"),
        [(None, "jpeg"), (fading(), "png"), (fading(), "webp")],
        ids=["jpeg", "png", "webp"],
    )
    async def test_41_a_background_is_under_transparent_jpegs_alone(
        self, imaging: Imaging, alpha: np.ndarray | None, format: Format
    ) -> None:
        picture = Picture(colours(), alpha)
        on_red, on_white = [
            await imaging.encode(picture, format, None, ground) for ground in ((255, 0, 0), WHITE)
        ]
        assert on_red.data == on_white.data
