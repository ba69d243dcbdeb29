"""Pictures as a diffusion model takes them: of one size, opaque, and edges of them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from adapters.runners.diffusion.canny import edges
from adapters.runners.diffusion.sizes import Size
from domain.model.picture import Picture

Pixels = NDArray[np.uint8]
WHITE = 255
PAINTED_FROM = 128
"""A mask's level from which on its pixel is painted over."""


def fitted(picture: Picture, size: Size) -> Pixels:
    """(height, width, 3) of `size`: scaled to cover it, and cut evenly; transparent is white."""
    return _covering(_opaque(picture), size)


def mask_of(picture: Picture, size: Size) -> Pixels:
    """(height, width), 1 where it is to be painted over, else 0."""
    levels = _covering(_opaque(picture), size).mean(axis=2)
    painted: Pixels = (levels >= PAINTED_FROM).astype(np.uint8)
    return painted


def control_of(picture: Picture, size: Size, preprocessor: str) -> Pixels:
    """What steers, (height, width, 3): the picture itself or, for `canny`, its edges in white."""
    pixels = fitted(picture, size)
    if preprocessor == "canny":
        return np.repeat(edges(pixels)[..., None], 3, axis=2)
    return pixels


def kept_outside(mask: Pixels, source: Pixels, painted: Pixels) -> Pixels:
    """What was not to be painted over stays to the last bit: the autoencoder blurs it a little."""
    kept: Pixels = np.where(mask[..., None] > 0, painted, source)
    return kept


def _opaque(picture: Picture) -> Pixels:
    pixels: Pixels = picture.pixels
    if picture.alpha is None:
        return pixels
    share = picture.alpha[..., None].astype(np.float32) / WHITE
    opaque: Pixels = np.rint(pixels * share + WHITE * (1 - share)).astype(np.uint8)
    return opaque


def _covering(pixels: Pixels, size: Size) -> Pixels:
    width, height = size
    if pixels.shape[:2] == (height, width):
        return pixels
    factor = max(width / pixels.shape[1], height / pixels.shape[0])
    part_width, part_height = width / factor, height / factor
    left, top = (pixels.shape[1] - part_width) / 2, (pixels.shape[0] - part_height) / 2
    box = (left, top, left + part_width, top + part_height)
    scaled: Any = Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS, box=box)
    return np.asarray(scaled)
