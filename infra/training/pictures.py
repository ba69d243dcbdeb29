"""Reading pictures, and the copies of them that training adds."""

import bz2
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

LONGEST_SIDES_PX = (1600, 1100, 700)
ROTATION_DEG = 23.0
RACCOON_SHAPE = (768, 1024, 3)


def read(path: Path, longest_px: int | None = None) -> Pixels:
    """The picture as uint8 RGB (h, w, 3), scaled down to `longest_px` where it is longer."""
    picture = _open(path)
    if longest_px is not None and max(picture.size) > longest_px:
        picture = _shrink(picture, longest_px)
    return np.asarray(picture)


def training_copies(path: Path) -> Iterator[Pixels]:
    """The picture at the sizes people upload, and once askew so that edges take any angle.

    A camera's full size is left out: it is soft at the pixel and teaches little.
    """
    picture = _open(path)
    if max(picture.size) <= LONGEST_SIDES_PX[0]:
        yield np.asarray(picture)
    for longest_px in LONGEST_SIDES_PX:
        if max(picture.size) > longest_px:
            yield np.asarray(_shrink(picture, longest_px))
    yield np.asarray(_askew(picture))


def _open(path: Path) -> Image.Image:
    if path.suffix == ".dat":
        raw = bz2.decompress(path.read_bytes())
        return Image.fromarray(np.frombuffer(raw, np.uint8).reshape(RACCOON_SHAPE))
    with Image.open(path) as picture:
        opaque = Image.new("RGBA", picture.size, "white")
        opaque.alpha_composite(picture.convert("RGBA"))
        return opaque.convert("RGB")


def _shrink(picture: Image.Image, longest_px: int) -> Image.Image:
    ratio = longest_px / max(picture.size)
    size = (round(picture.width * ratio), round(picture.height * ratio))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _askew(picture: Image.Image) -> Image.Image:
    """Turned, shrunk by a fifth or to 1000 px, and cut to the middle that has no corners."""
    turned = picture.rotate(ROTATION_DEG, Image.Resampling.BICUBIC)
    margin_x, margin_y = round(picture.width * 0.22), round(picture.height * 0.22)
    inner = turned.crop((margin_x, margin_y, picture.width - margin_x, picture.height - margin_y))
    return _shrink(inner, min(1000, round(max(inner.size) * 0.8)))
