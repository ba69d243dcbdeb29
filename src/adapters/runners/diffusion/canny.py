"""Edges after J. Canny, "A Computational Approach to Edge Detection" (IEEE PAMI, 1986)."""

import numpy as np
from numpy.typing import NDArray

Levels = NDArray[np.float32]

LOW, HIGH = 100.0, 200.0
"""Slopes, by Sobel on levels of 0 to 255: from HIGH on an edge, from LOW on if it continues one."""
BLUR = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)


def edges(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(height, width, 3) to (height, width): 255 on edges one pixel wide, else 0."""
    luma = pixels.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    across, down = _slopes(_blurred(luma))
    steep = np.hypot(across, down)
    ridge = np.where(_is_ridge(steep, across, down), steep, 0)
    return (255 * _connected(ridge >= HIGH, ridge >= LOW)).astype(np.uint8)


def _blurred(luma: Levels) -> Levels:
    for axis in (0, 1):
        near = np.pad(luma, [(2, 2) if axis == each else (0, 0) for each in (0, 1)], "edge")
        length = luma.shape[axis]
        luma = sum(  # type: ignore[assignment]  # never empty
            weight * near.take(range(at, at + length), axis) for at, weight in enumerate(BLUR)
        )
    return luma


def _slopes(luma: Levels) -> tuple[Levels, Levels]:
    near = np.pad(luma, 1, "edge")
    rows = near[:-2] + 2 * near[1:-1] + near[2:]
    columns = near[:, :-2] + 2 * near[:, 1:-1] + near[:, 2:]
    return rows[:, 2:] - rows[:, :-2], columns[2:] - columns[:-2]


def _is_ridge(steep: Levels, across: Levels, down: Levels) -> NDArray[np.bool_]:
    """No less steep than its two neighbours along the slope, in the nearest of four directions."""
    near, (height, width) = np.pad(steep, 1), steep.shape
    eighth = np.round(np.arctan2(down, across) / (np.pi / 4)).astype(int) % 4
    found = np.zeros(steep.shape, bool)
    for direction, (y, x) in enumerate(((0, 1), (1, 1), (1, 0), (1, -1))):
        ahead = near[1 + y : 1 + y + height, 1 + x : 1 + x + width]
        behind = near[1 - y : 1 - y + height, 1 - x : 1 - x + width]
        # One side strictly, so that of two equal neighbours one is left.
        found |= (eighth == direction) & (steep >= ahead) & (steep > behind)
    return found


def _connected(sure: NDArray[np.bool_], possible: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """`possible` pixels that hang together with a sure one: a wave from pixel to pixel."""
    height, width = sure.shape
    found = np.pad(sure, 1)
    open_, wave = np.pad(possible, 1), np.flatnonzero(found)
    flat_found, flat_open, row = found.ravel(), open_.ravel(), width + 2
    around = np.array([-row - 1, -row, -row + 1, -1, 1, row - 1, row, row + 1])
    while wave.size:
        near = np.unique((wave[:, None] + around).ravel())
        wave = near[flat_open[near] & ~flat_found[near]]
        flat_found[wave] = True
    return found[1 : height + 1, 1 : width + 1]
