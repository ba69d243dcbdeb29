"""A picture in another size."""

import numpy as np
from PIL import Image

from adapters.imaging.writing import image_of
from domain.model.picture import Picture
from domain.model.placing import Size


def resize(picture: Picture, size: Size) -> Picture:
    """By Lanczos-3; Pillow weighs colours by alpha, so none bleeds."""
    if size == (picture.width, picture.height):
        return picture
    resized = image_of(picture).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    alpha = np.array(resized.getchannel("A")) if picture.alpha is not None else None
    return Picture(np.array(resized.convert("RGB")), alpha, picture.gray, picture.icc_profile)
