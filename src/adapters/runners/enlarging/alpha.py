"""Transparency: the network sees opaque colours, alpha is enlarged beside it."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Level = NDArray[np.float32]

BAND_PX = 256
"""Rows that are held as floats at full size; even, so that bands pair up."""


def fill_transparent(pixels: Pixels, alpha: Pixels) -> Pixels:
    """(h, w, 3) with the pixels of alpha 0 coloured like what is seen around them.

    A file may hold any colour under full transparency (black, mostly), and the network would
    draw it into the edge. Push-pull on a pyramid after Gortler et al., "The Lumigraph" (1996).
    """
    if alpha.all():
        return pixels
    halved = [_halved(pixels[rows], alpha[rows]) for rows in _bands(len(alpha))]
    coarse = _pulled(*(np.concatenate(levels) for levels in zip(*halved, strict=True)))
    filled = pixels.copy()
    for rows in _bands(len(alpha)):
        hidden = alpha[rows] == 0
        spread = _doubled(coarse[rows.start // 2 : rows.stop // 2], hidden.shape)
        filled[rows][hidden] = np.rint(spread[hidden])
    return filled


def enlarge_alpha(alpha: Pixels, scale: int) -> Pixels:
    """(h, w) to (scale·h, scale·w), both uint8, by bicubic: Lanczos rings a second time, which
    shows as a faint line beyond the edge."""
    size = (alpha.shape[1] * scale, alpha.shape[0] * scale)
    return np.array(Image.fromarray(alpha).resize(size, Image.Resampling.BICUBIC))


def _bands(height: int) -> Iterator[slice]:
    return (slice(top, top + BAND_PX) for top in range(0, height, BAND_PX))


def _halved(pixels: Pixels, alpha: Pixels) -> tuple[Level, Level]:
    """The first coarser level: colour times weight (h/2, w/2, 3), and weight (h/2, w/2, 1)."""
    weight = alpha.astype(np.float32)[..., None]
    return _paired(pixels * weight), _paired(weight)


def _pulled(weighted: Level, weight: Level) -> Level:
    """Colour wherever there is weight; elsewhere that of the next coarser level."""
    known = np.divide(weighted, weight, out=np.zeros_like(weighted), where=weight > 0)
    height, width = weight.shape[:2]
    if weight.all() or height == width == 1:
        return known
    coarse = _pulled(_paired(weighted), _paired(weight))
    return np.where(weight > 0, known, _doubled(coarse, (height, width)))


def _paired(values: Level) -> Level:
    """Sums of 2 by 2 pixels; an odd side is padded with nothing."""
    height, width = values.shape[:2]
    even = np.pad(values, ((0, height % 2), (0, width % 2), (0, 0)))
    paired: Level = even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
    return paired


def _doubled(level: Level, shape: tuple[int, ...]) -> Level:
    """Every pixel twice in both directions, cut to `shape` (h, w)."""
    return level.repeat(2, axis=0).repeat(2, axis=1)[: shape[0], : shape[1]]
