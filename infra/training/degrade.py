"""How a picture becomes the small one that a person uploads."""

import io

import numpy as np
from PIL import Image

from infra.training.pictures import Pixels


def align(picture: Pixels, scale: int) -> Pixels:
    """Cut to sides that `scale` divides."""
    height, width = picture.shape[0] // scale * scale, picture.shape[1] // scale * scale
    return picture[:height, :width]


def shrink(picture: Pixels, scale: int) -> Pixels:
    """Bicubic with antialiasing (Pillow's kernel, a = -0.5), rounded to 8 bits."""
    size = (picture.shape[1] // scale, picture.shape[0] // scale)
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC))


def jpeg(picture: Pixels, quality: int, chroma: str = "4:2:0") -> Pixels:
    """Through a JPEG file of `quality` and back. `chroma`: "4:4:4" or "4:2:0"."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality, subsampling=chroma)
    with Image.open(file) as coded:
        return np.asarray(coded.convert("RGB"))
