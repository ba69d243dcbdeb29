import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.runners.enlarging.tiling import SHORTAGE_S, TileSide, whole

SIDES_PX = st.integers(1, 90)
TILES_PX = st.integers(6, 40)


@settings(deadline=None)
@given(SIDES_PX, SIDES_PX, TILES_PX)
def test_tiles_cover_every_pixel_once(height: int, width: int, side_px: int) -> None:
    written = np.zeros((height, width), int)
    for tile in whole(height, width).cut(side_px):
        assert tile.side_px <= side_px
        written[tile.rows.start : tile.rows.stop, tile.columns.start : tile.columns.stop] += 1
    assert (written == 1).all()


@settings(deadline=None)
@given(SIDES_PX, SIDES_PX, TILES_PX, st.integers(3, 20))
def test_a_tile_cut_again_is_covered_by_its_pieces(
    height: int, width: int, side_px: int, smaller_px: int
) -> None:
    for tile in whole(height, width).cut(side_px):
        assert sum(piece.area_px for piece in tile.cut(smaller_px)) == tile.area_px


@settings(deadline=None)
@given(SIDES_PX, TILES_PX, st.integers(0, 12))
def test_what_is_read_is_wider_but_never_leaves_the_picture(
    side: int, side_px: int, overlap_px: int
) -> None:
    for tile in whole(side, side).cut(side_px):
        rows = tile.widened(overlap_px).rows
        assert rows.start == max(0, tile.rows.start - overlap_px)
        assert rows.stop == min(side, tile.rows.stop + overlap_px)


def test_tiles_stay_small_for_a_while_after_a_shortage() -> None:
    now_s = [100.0]
    side = TileSide(128, lambda: now_s[0])
    assert side.px == 128
    side.shorten(64)
    assert side.px == 64
    now_s[0] += SHORTAGE_S / 2
    side.shorten(32)
    now_s[0] += SHORTAGE_S - 1
    assert side.px == 32
    now_s[0] += 1
    assert side.px == 128
