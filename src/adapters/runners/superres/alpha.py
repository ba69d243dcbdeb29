"""Transparency: the network sees opaque colours, alpha is enlarged beside it."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]


def fill_transparent(pixels: Pixels, alpha: Pixels) -> Pixels:
    """(h, w, 3) with the pixels of alpha 0 coloured like what is seen around them.

    A file may hold any colour under full transparency (black, mostly), and the network would
    draw it into the edge. Push-pull on a pyramid after Gortler et al., "The Lumigraph" (1996).
    """
    seen = alpha.astype(np.float32)[..., None] / np.float32(255)
    filled = _pulled(pixels.astype(np.float32) * seen, seen)
    return np.where(alpha[..., None] > 0, pixels, np.rint(filled).astype(np.uint8))


def enlarge_alpha(alpha: Pixels, scale: int) -> Pixels:
    """(h, w) to (scale·h, scale·w), both uint8, by bicubic: Lanczos rings a second time, which
    shows as a faint line beyond the edge."""
    size = (alpha.shape[1] * scale, alpha.shape[0] * scale)
    return np.array(Image.fromarray(alpha).resize(size, Image.Resampling.BICUBIC))


def _pulled(weighted: NDArray[np.float32], weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """Colour wherever there is weight; elsewhere that of the next coarser level."""
    known = np.divide(weighted, weight, out=np.zeros_like(weighted), where=weight > 0)
    if bool((weight > 0).all()) or max(weight.shape[:2]) == 1:
        return known
    coarse = _pulled(_paired(weighted), _paired(weight))
    height, width = weight.shape[:2]
    spread = coarse.repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
    return np.where(weight > 0, known, spread)


def _paired(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sums of 2 by 2 pixels; an odd side is padded with nothing."""
    height, width = values.shape[:2]
    even = np.pad(values, ((0, height % 2), (0, width % 2), (0, 0)))
    return even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
