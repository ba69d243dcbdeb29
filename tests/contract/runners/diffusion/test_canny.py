import numpy as np
import pytest

from adapters.runners.diffusion.canny import edges


def picture(levels: np.ndarray) -> np.ndarray:
    return np.repeat(levels.astype(np.uint8)[..., None], 3, axis=2)


@pytest.mark.parametrize("turns", range(4))
def test_a_step_is_one_line_one_pixel_wide(turns: int) -> None:
    levels = np.zeros((24, 30))
    levels[:, 15:] = 200
    found = edges(picture(np.rot90(levels, turns)))
    assert set(np.unique(found)) == {0, 255}
    lines = np.rot90(found, -turns) > 0
    assert (lines.sum(axis=1) == 1).all()
    assert set(np.flatnonzero(lines.any(axis=0))) <= {14, 15}


def test_a_circle_is_closed_and_thin() -> None:
    y, x = np.mgrid[:80, :80]
    inside = np.hypot(y - 40, x - 40) < 25
    found = edges(picture(200 * inside)) > 0
    far = np.abs(np.hypot(y - 40, x - 40) - 25)
    assert far[found].max() < 2
    assert 100 < found.sum() < 260
    angles = np.floor(np.degrees(np.arctan2(y - 40, x - 40)[found]) / 15)
    assert len(set(angles)) >= 24


def test_what_is_flat_or_soft_has_no_edge() -> None:
    assert not edges(picture(np.full((20, 20), 90))).any()
    assert not edges(picture(np.tile(np.arange(100), (20, 1)))).any()


def test_a_faint_edge_counts_only_where_it_continues_a_clear_one() -> None:
    clear, faint = 120, 60
    levels = np.zeros((40, 40))
    levels[:, 20:] = faint
    assert not edges(picture(levels)).any()
    levels[:20, 20:] = clear
    assert (edges(picture(levels)) > 0).any(axis=1).all()


def test_the_smallest_picture() -> None:
    assert edges(np.zeros((1, 1, 3), np.uint8)).shape == (1, 1)
