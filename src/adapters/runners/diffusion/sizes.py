"""How large a picture is to become: what clients may ask, and what an image suggests."""

import math
import re

SIDE_STEP_PX = 8
"""The autoencoder makes one number of a block of this many pixels a side."""
LEAST_SIDE_PX, LONGEST_SIDE_PX = 64, 2048
SPELLING = re.compile(r"([1-9][0-9]{1,4})[xX×]([1-9][0-9]{1,4})")

Size = tuple[int, int]
"""Width and height in pixels."""


def read_size(text: str, max_pixels: int) -> Size:
    """The size that `text` names, like 512x768. Raises `ValueError` with what is allowed."""
    found = SPELLING.fullmatch(text)
    sides = tuple(int(side) for side in found.groups()) if found else (0, 0)
    width, height = sides
    if width * height > max_pixels or any(_is_wrong(side) for side in sides):
        raise ValueError(
            f"resolution has to look like 512x768: width and height multiples of {SIDE_STEP_PX} "
            f"from {LEAST_SIDE_PX} to {LONGEST_SIDE_PX}, and together at most {max_pixels} pixels"
        )
    return width, height


def size_like(image: Size, pixels: int) -> Size:
    """The shape of `image` at about as many pixels as the model was trained on."""
    factor = math.sqrt(pixels / (image[0] * image[1]))
    width, height = (_allowed(side * factor) for side in image)
    return width, height


def _is_wrong(side_px: int) -> bool:
    return side_px % SIDE_STEP_PX != 0 or not LEAST_SIDE_PX <= side_px <= LONGEST_SIDE_PX


def _allowed(side_px: float) -> int:
    """Rounded down, so that both sides together stay within their pixels."""
    whole = int(side_px) // SIDE_STEP_PX * SIDE_STEP_PX
    return min(LONGEST_SIDE_PX, max(LEAST_SIDE_PX, whole))
