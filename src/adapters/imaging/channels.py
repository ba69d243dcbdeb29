"""Pillow's modes to the two arrays of a `Picture`, without losing tones or bleeding alpha."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageCms

Bytes = npt.NDArray[np.uint8]

# `convert` clips 16-bit samples at 255 instead of scaling them (PNG §13.12: divide by 257).
_EIGHT_OF_SIXTEEN: Bytes = np.rint(np.arange(65_536) / 257).astype(np.uint8)

# Pillow scales these samples to 8 bits, but leaves the transparent colour as the file has it.
_STEP_OF_DEPTH = {"L;2": 85, "L;4": 17}


@dataclass(frozen=True, slots=True, eq=False)
class Channels:
    """`pixels`: uint8 (height, width, 3), writable. `alpha`: uint8 (height, width) or None."""

    pixels: Bytes
    alpha: Bytes | None
    gray: bool


def split(image: Image.Image, stored_as: str) -> Channels:
    """The channels of a loaded image. `stored_as`: the raw mode its file was read with."""
    if image.mode in ("1", "L", "LA") or image.mode.startswith("I;16"):
        return _split_gray(image, stored_as)
    if image.mode == "CMYK":
        return Channels(np.array(_rgb_of_inks(image)), None, gray=False)
    if image.mode == "RGB":
        pixels = np.array(image)
        return Channels(pixels, _keyed_alpha(image, pixels, stored_as), gray=False)
    if not image.has_transparency_data:
        return Channels(np.array(image.convert("RGB")), None, gray=False)
    # A palette straight to RGB would lose what is transparent.
    rgba = image if image.mode == "RGBA" else image.convert("RGBA")
    return Channels(np.array(rgba.convert("RGB")), _or_opaque(rgba.getchannel("A")), gray=False)


def _split_gray(image: Image.Image, stored_as: str) -> Channels:
    tones = np.array(_tones(image))
    alpha = (
        _or_opaque(image.getchannel("A"))
        if image.mode == "LA"
        else _keyed_alpha(image, tones, stored_as)
    )
    light: Bytes = tones.astype(np.uint8) if tones.itemsize == 1 else _EIGHT_OF_SIXTEEN[tones]
    return Channels(np.repeat(light[:, :, None], 3, axis=2), alpha, gray=True)


def _tones(image: Image.Image) -> Image.Image:
    if image.mode == "1":
        return image.convert("L")
    return image.getchannel("L") if image.mode == "LA" else image


def _or_opaque(channel: Image.Image) -> Bytes | None:
    alpha: Bytes = np.array(channel)
    return None if alpha.min() == 255 else alpha


def _keyed_alpha(image: Image.Image, samples: npt.NDArray[Any], stored_as: str) -> Bytes | None:
    """PNG's tRNS without a palette: one colour, in the file's own depth, is transparent."""
    key = image.info.get("transparency")
    if key is None:
        return None
    colour = np.asarray(key) * _STEP_OF_DEPTH.get(stored_as, 1)
    if stored_as == "RGB;16B":  # Pillow reads 16-bit colour by its high bytes
        colour = colour >> 8
    same = samples == colour
    hidden = same.all(axis=2) if same.ndim == 3 else same
    return np.where(hidden, np.uint8(0), np.uint8(255)) if hidden.any() else None


def _rgb_of_inks(image: Image.Image) -> Image.Image:
    """CMYK to sRGB, by the file's own profile where it has a working one."""
    if "adobe" not in image.info:  # Pillow inverts as Adobe does; without its mark 255 is full ink
        image = ImageChops.invert(image)
    profile = image.info.get("icc_profile")
    if profile:
        try:
            return _by_profile(image, profile)
        except ImageCms.PyCMSError:  # a broken profile is no reason to refuse a sound picture
            return image.convert("RGB")
    return image.convert("RGB")


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image:
    srgb = ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(image, BytesIO(profile), srgb, outputMode="RGB")
    return converted or image.convert("RGB")
