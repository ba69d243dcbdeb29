"""From a picture of any size to the two arrays that are measured."""

from typing import Any

import numpy as np
from PIL import Image

from domain.model.picture import Picture

WORKING_SIDE_PX = 512
"""Blur and noise depend on scale, so every picture is judged at one size, as a viewer sees it."""

GRID_PX = 8

Pixels = Any
"""uint8 (height, width, 3)."""


def frame(picture: Picture) -> Pixels:
    """The whole picture, its longest side at most 512 px (antialiased), never enlarged."""
    scale = WORKING_SIDE_PX / max(picture.width, picture.height)
    if scale >= 1:
        return _opaque(picture.pixels, picture.alpha)
    image = Image.fromarray(picture.pixels)
    if picture.alpha is not None:
        image.putalpha(Image.fromarray(picture.alpha))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    shrunk = np.asarray(image.resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0))
    return _opaque(shrunk[..., :3], None if picture.alpha is None else shrunk[..., 3])


def window(picture: Picture) -> Pixels:
    """The middle 512 × 512 px as stored, cut along the 8-px JPEG grid: resizing would smear the
    block borders and an odd cut would move them. The whole picture where it is smaller. A copy,
    so that a queued window does not keep 64 megapixels alive."""
    cut = _middle(picture.height), _middle(picture.width)
    alpha = None if picture.alpha is None else picture.alpha[cut]
    return _opaque(picture.pixels[cut].copy(), alpha)


def _middle(length_px: int) -> slice:
    start = max(0, length_px - WORKING_SIDE_PX) // 2 // GRID_PX * GRID_PX
    return slice(start, start + WORKING_SIDE_PX)


def _opaque(pixels: Pixels, alpha: Any) -> Pixels:
    """Transparent parts take the mean visible colour: they neither add light nor take it."""
    if alpha is None:
        return pixels
    share = alpha[..., None] / np.float32(255)
    fill = (pixels * share).sum(axis=(0, 1)) / max(float(share.sum()), 1.0)
    return np.rint(pixels * share + fill * (1 - share)).astype(np.uint8)
