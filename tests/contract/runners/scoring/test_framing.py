from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from adapters.runners.scoring.framing import frame, window
from domain.model.picture import Picture
from tests.contract.runners.scoring.conftest import Score
from tests.contract.runners.scoring.degradations import jpeg


def noise(height: int, width: int) -> Any:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize(
    ("shape", "framed"),
    [
        ((512, 512), (512, 512)),
        ((40, 30), (40, 30)),
        ((1024, 600), (512, 300)),
        ((1, 4000), (1, 512)),
        ((4000, 3), (512, 1)),
    ],
)
def test_the_frame_is_the_whole_picture_at_working_size(
    shape: tuple[int, int], framed: tuple[int, int]
) -> None:
    assert frame(Picture(noise(*shape))).shape == (*framed, 3)


def test_the_window_is_stored_pixels_on_the_jpeg_grid() -> None:
    pixels = noise(1000, 700)
    cut = window(Picture(pixels))
    top, left = 240, 88
    assert (top % 8, left % 8) == (0, 0)
    assert np.array_equal(cut, pixels[top : top + 512, left : left + 512])


def test_a_small_picture_is_its_own_window() -> None:
    pixels = noise(30, 500)
    assert np.array_equal(window(Picture(pixels)), pixels)


def test_jpeg_traces_count_in_pictures_that_are_shrunk_to_be_judged(
    score: Score, photo: Callable[[str], Any]
) -> None:
    large = np.asarray(Image.fromarray(photo("coffee")).resize((960, 639)))
    fine, coarse = score(jpeg(large, 95), jpeg(large, 20))
    assert coarse.data["score"] < fine.data["score"] - 20


@pytest.mark.parametrize("side_px", [80, 700])
def test_what_transparent_pixels_hide_does_not_count(score: Score, side_px: int) -> None:
    pixels, alpha = noise(side_px, side_px) // 2 + 64, np.full((side_px, side_px), 255, np.uint8)
    alpha[: side_px // 2] = 0
    garish = pixels.copy()
    garish[: side_px // 2] = (255, 0, 255)
    plain, loud = score(Picture(pixels, alpha), Picture(garish, alpha))
    assert plain.data == loud.data


def test_a_picture_of_nothing_but_transparency_has_a_score(score: Score) -> None:
    [result] = score(Picture(noise(40, 40), np.zeros((40, 40), np.uint8)))
    assert result.data["grade"] == "bad"
