"""One picture over another."""

import numpy as np
from PIL import Image

from adapters.imaging.writing import image_of
from domain.model.picture import Picture


def lay(picture: Picture, mark: Picture, at: tuple[int, int], opacity: float) -> Picture:
    """Porter and Duff's "over", inside the mark's box alone."""
    left, top = at
    box = slice(top, top + mark.height), slice(left, left + mark.width)
    under = Picture(picture.pixels[box], None if picture.alpha is None else picture.alpha[box])
    mixed = np.array(Image.alpha_composite(_rgba(under), _rgba(_faded(mark, opacity))))
    pixels = picture.pixels.copy()
    pixels[box] = mixed[:, :, :3]
    alpha = picture.alpha
    if alpha is not None:
        alpha = alpha.copy()
        alpha[box] = mixed[:, :, 3]
    return Picture(pixels, alpha, picture.gray and mark.gray, picture.icc_profile)


def _faded(mark: Picture, opacity: float) -> Picture:
    alpha = np.full(mark.pixels.shape[:2], 255) if mark.alpha is None else mark.alpha
    return Picture(mark.pixels, np.rint(alpha * opacity).astype(np.uint8))


def _rgba(picture: Picture) -> Image.Image:
    return image_of(picture).convert("RGBA")
