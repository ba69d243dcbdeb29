import numpy as np

from adapters.runners.enlarging.alpha import BAND_PX, enlarge_alpha, fill_transparent


def test_what_is_seen_stays_and_what_is_not_takes_its_colour() -> None:
    pixels = np.zeros((37, 50, 3), np.uint8)
    alpha = np.zeros((37, 50), np.uint8)
    pixels[10:20, 10:20], alpha[10:20, 10:20] = (200, 100, 50), 255
    filled = fill_transparent(pixels, alpha)
    assert filled.dtype == np.uint8
    assert (np.abs(filled.astype(int) - (200, 100, 50)) <= 1).all()


def test_a_hole_takes_the_colour_next_to_it_and_not_that_of_the_far_side() -> None:
    pixels = np.zeros((16, 64, 3), np.uint8)
    pixels[:, 32:] = 240
    alpha = np.full((16, 64), 255, np.uint8)
    pixels[4:8, 40:44], alpha[4:8, 40:44] = 0, 0
    assert (fill_transparent(pixels, alpha)[4:8, 40:44] == 240).all()


def test_half_transparent_colours_are_kept() -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (9, 9, 3), np.uint8)
    assert np.array_equal(fill_transparent(pixels, np.full((9, 9), 1, np.uint8)), pixels)


def test_a_picture_with_nothing_to_see_is_filled_with_something() -> None:
    filled = fill_transparent(np.full((5, 3, 3), 9, np.uint8), np.zeros((5, 3), np.uint8))
    assert (filled == 0).all()


def test_alpha_grows_with_the_picture() -> None:
    alpha = np.zeros((6, 8), np.uint8)
    alpha[:, 4:] = 255
    enlarged = enlarge_alpha(alpha, 4)
    assert enlarged.shape == (24, 32)
    assert (enlarged[:, :8] == 0).all()
    assert (enlarged[:, -8:] == 255).all()


def test_a_picture_taller_than_a_band_is_filled_alike() -> None:
    pixels = np.full((BAND_PX * 2 + 3, 5, 3), 70, np.uint8)
    alpha = np.full(pixels.shape[:2], 255, np.uint8)
    pixels[250:600:7], alpha[250:600:7] = 0, 0
    assert (fill_transparent(pixels, alpha) == 70).all()
