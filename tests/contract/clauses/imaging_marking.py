"""What every imaging adapter does with a picture in memory (§ 51-71: `resize`, `draw`, `lay`)."""

from functools import partial

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.model.output import WHITE, Colour
from domain.model.picture import Picture
from domain.model.placing import Lettering, Size
from ports.imaging import Drawn, Imaging
from tests.contract.clauses.imaging_encoding import GRAY_PROFILE, colours, fading
from tests.contract.tiny_font import FAMILY

NOBODY_HAS = "\U0010fffd"
"""For private use, so no font shows it."""
RED: Colour = (255, 0, 0)
ROOM = (400, 100)
many = partial(settings, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def letters(text: str = "Darkroom", font: str | None = None, **changes: int) -> Lettering:
    sizes = {"size_px": 30, "least_px": 12, **changes}
    return Lettering(text, font, RED, **sizes)


def flat(size: Size, colour: Colour, alpha: int | None = None) -> Picture:
    pixels = np.full((size[1], size[0], 3), colour, np.uint8)
    veil = None if alpha is None else np.full((size[1], size[0]), alpha, np.uint8)
    return Picture(pixels, veil, gray=len(set(colour)) == 1)


def ink(drawn: Drawn) -> np.ndarray:
    assert drawn.mark is not None, drawn.warnings
    assert drawn.mark.alpha is not None
    return drawn.mark.alpha


class MarkingClauses:
    """The binding gives a fixture `imaging`: a started adapter that has the font of
    `tests.contract.tiny_font` beside whatever the machine has."""

    pytestmark = pytest.mark.anyio

    @pytest.mark.parametrize("size", [(24, 16), (47, 31), (10, 1), (48, 32), (96, 64), (1, 1)])
    async def test_51_a_picture_is_resized_to_the_pixel(self, imaging: Imaging, size: Size) -> None:
        resized = await imaging.resize(Picture(colours()), size)
        assert (resized.width, resized.height) == size
        assert resized.pixels.dtype == np.uint8
        assert abs(resized.pixels.mean() - colours().mean()) < 5

    async def test_52_the_whole_picture_is_kept_never_a_part(self, imaging: Imaging) -> None:
        corners = np.zeros((64, 64, 3), np.uint8)
        corners[:32, 32:], corners[32:, :32], corners[32:, 32:] = 80, 160, 240
        small = await imaging.resize(Picture(corners), (8, 8))
        seen = [small.pixels[y, x, 0] for y in (0, -1) for x in (0, -1)]
        assert np.abs(np.subtract(seen, [0, 80, 160, 240], dtype=int)).max() <= 2

    async def test_53_what_is_transparent_does_not_bleed(self, imaging: Imaging) -> None:
        pixels = np.full((64, 64, 3), 255, np.uint8)
        pixels[:, 32:] = 0
        alpha = np.where(np.arange(64) < 32, 255, 0).astype(np.uint8)
        small = await imaging.resize(Picture(pixels, np.tile(alpha, (64, 1))), (9, 9))
        assert (small.pixels[small.alpha > 0] >= 254).all()
        assert small.alpha.min() == 0

    async def test_54_gray_alpha_and_profile_stay(self, imaging: Imaging) -> None:
        light = np.repeat(fading()[:, :, None], 3, axis=2)
        small = await imaging.resize(Picture(light, fading(), True, GRAY_PROFILE), (8, 5))
        assert small.gray
        assert small.icc_profile == GRAY_PROFILE
        assert small.pixels.shape == (5, 8, 3)
        assert small.alpha.shape == (5, 8)

    async def test_55_letters_are_ink_on_nothing(self, imaging: Imaging) -> None:
        drawn = await imaging.draw(letters(), ROOM)
        alpha = ink(drawn)
        assert drawn.warnings == ()
        assert alpha.max() == 255
        assert alpha.min() == 0
        assert (drawn.mark.pixels == RED).all()
        assert drawn.mark.gray is False

    async def test_56_no_blank_line_is_around_them(self, imaging: Imaging) -> None:
        alpha = ink(await imaging.draw(letters("中A", FAMILY), ROOM))
        assert all(edge.any() for edge in (alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]))

    async def test_57_gray_letters_are_gray(self, imaging: Imaging) -> None:
        drawn = await imaging.draw(Lettering("A", None, (90, 90, 90), 30, 30), ROOM)
        assert drawn.mark is not None
        assert drawn.mark.gray

    async def test_58_twice_the_size_is_twice_as_large(self, imaging: Imaging) -> None:
        once, twice = [
            ink(await imaging.draw(letters("中A", FAMILY, size_px=px), ROOM)) for px in (20, 40)
        ]
        assert np.abs(np.subtract(twice.shape, np.multiply(once.shape, 2))).max() <= 2

    async def test_59_another_font_draws_other_letters(self, imaging: Imaging) -> None:
        boxes = ink(await imaging.draw(letters("A", FAMILY), ROOM))
        default = ink(await imaging.draw(letters("A"), ROOM))
        assert boxes.mean() > 230
        assert default.mean() < 200

    @pytest.mark.parametrize("name", [FAMILY.upper(), f"{FAMILY} regular", "boxes", "Boxes.TTF"])
    async def test_60_a_font_goes_by_family_style_or_file(
        self, imaging: Imaging, name: str
    ) -> None:
        drawn = await imaging.draw(letters("A", name), ROOM)
        assert drawn.warnings == ()
        assert ink(drawn).mean() > 230

    async def test_61_an_unknown_font_gives_way_and_says_so(self, imaging: Imaging) -> None:
        drawn = await imaging.draw(letters("A", "No Such Sans"), ROOM)
        [warning] = drawn.warnings
        assert ink(drawn).any()
        assert "'No Such Sans'" in warning
        assert "Aileron" in warning

    async def test_62_a_font_without_a_letter_gives_way_and_says_so(self, imaging: Imaging) -> None:
        drawn = await imaging.draw(letters("AB", FAMILY), ROOM)
        [warning] = drawn.warnings
        assert ink(drawn).mean() < 200
        assert f"{FAMILY} has no B" in warning

    async def test_63_a_font_is_found_for_letters_the_default_lacks(self, imaging: Imaging) -> None:
        drawn = await imaging.draw(letters("中A"), ROOM)
        assert drawn.warnings == ()
        assert ink(drawn).any()

    @pytest.mark.parametrize("text", [NOBODY_HAS, f"A {NOBODY_HAS}", f"中{NOBODY_HAS}"])
    async def test_64_no_box_stands_for_a_letter(self, imaging: Imaging, text: str) -> None:
        drawn = await imaging.draw(letters(text), ROOM)
        assert drawn.mark is None
        [warning] = drawn.warnings
        assert "left out" in warning
        assert "Install" in warning

    @pytest.mark.parametrize("text", ["\u3000", "\u200d", " \u2009 "])
    async def test_65_a_text_of_nothing_is_left_out(self, imaging: Imaging, text: str) -> None:
        drawn = await imaging.draw(letters(text), ROOM)
        assert drawn.mark is None
        assert len(drawn.warnings) == 1

    async def test_66_letters_shrink_to_the_room_but_not_below_the_least(
        self, imaging: Imaging
    ) -> None:
        whole = ink(await imaging.draw(letters("Darkroom"), ROOM))
        room = (whole.shape[1] * 2 // 3, 100)
        smaller = ink(await imaging.draw(letters("Darkroom"), room))
        assert room[0] * 0.8 <= smaller.shape[1] <= room[0]
        refused = await imaging.draw(letters("Darkroom", least_px=30), room)
        assert refused.mark is None
        assert f"do not fit into the {room[0]}×{room[1]} px" in refused.warnings[0]

    @many(max_examples=40)
    @given(
        text=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=256),
        size_px=st.integers(4, 2048),
        room=st.tuples(st.integers(1, 300), st.integers(1, 300)),
    )
    async def test_67_any_text_fits_or_says_why_not(
        self, imaging: Imaging, text: str, size_px: int, room: Size
    ) -> None:
        drawn = await imaging.draw(letters(text, size_px=size_px, least_px=4), room)
        if drawn.mark is None:
            assert drawn.warnings
        else:
            assert drawn.mark.width <= room[0]
            assert drawn.mark.height <= room[1]

    @pytest.mark.parametrize("opacity", [0.0, 0.3, 0.7, 1.0])
    async def test_68_a_mark_covers_its_box_as_far_as_it_is_opaque(
        self, imaging: Imaging, opacity: float
    ) -> None:
        picture = Picture(colours(), icc_profile=GRAY_PROFILE)
        before = picture.pixels.copy()
        marked = await imaging.lay(picture, flat((10, 5), RED), (3, 7), opacity)
        expected = before.astype(float)
        expected[7:12, 3:13] = (1 - opacity) * expected[7:12, 3:13] + opacity * np.array(RED)
        assert np.abs(marked.pixels - expected).max() <= 1.5
        outside = np.ones(before.shape[:2], bool)
        outside[7:12, 3:13] = False
        assert np.array_equal(marked.pixels[outside], before[outside])
        assert np.array_equal(picture.pixels, before), "the picture itself is left as it was"
        assert (marked.alpha, marked.gray, marked.icc_profile) == (None, False, GRAY_PROFILE)

    async def test_69_the_marks_own_alpha_counts_beside_its_opacity(self, imaging: Imaging) -> None:
        logo = Picture(flat((48, 32), RED).pixels, fading())
        marked = await imaging.lay(flat((48, 32), (0, 0, 0)), logo, (0, 0), 0.5)
        assert np.abs(marked.pixels[:, :, 0] - fading() * 0.5).max() <= 1.5
        assert marked.pixels[:, :, 1:].max() == 0

    async def test_70_transparency_is_kept_and_nothing_bleeds(self, imaging: Imaging) -> None:
        clear = flat((20, 10), (0, 255, 0), alpha=0)
        marked = await imaging.lay(clear, flat((4, 4), RED), (2, 2), 0.5)
        assert np.abs(marked.alpha[2:6, 2:6].astype(int) - 128).max() <= 1
        assert (marked.pixels[2:6, 2:6] == RED).all(), "what can't be seen lends no colour"
        marked.alpha[2:6, 2:6] = 0
        assert marked.alpha.max() == 0

    @pytest.mark.parametrize(
        ("colour", "mark", "gray"),
        [((9, 9, 9), WHITE, True), ((9, 9, 9), RED, False), (RED, WHITE, False)],
    )
    async def test_71_gray_stays_gray_under_a_gray_mark(
        self, imaging: Imaging, colour: Colour, mark: Colour, gray: bool
    ) -> None:
        marked = await imaging.lay(flat((9, 9), colour), flat((3, 3), mark), (6, 6), 1.0)
        assert marked.gray is gray
        assert (marked.pixels[6:, 6:] == mark).all()
        assert (marked.pixels[:6] == colour).all()
