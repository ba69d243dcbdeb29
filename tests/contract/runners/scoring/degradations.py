"""The faults that must lower a score, each a ladder from none to severe.

A degradation takes uint8 (height, width, 3) and a level and gives the same shape back.
"""

import io
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageFilter

Pixels = np.ndarray
Degradation = tuple[Callable[[Pixels, float], Pixels], Sequence[float]]


def blurred(pixels: Pixels, sigma_px: float) -> Pixels:
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(sigma_px)))


def noisy(pixels: Pixels, sigma: float) -> Pixels:
    grain = np.random.default_rng(7).normal(0, 1, pixels.shape)
    return _levels(pixels + sigma * grain)


def jpeg(pixels: Pixels, quality: float) -> Pixels:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=int(quality))
    return np.asarray(Image.open(file))


def over_exposed(pixels: Pixels, gain: float) -> Pixels:
    """Counted from where the brightest percent reaches white: up to there more light may be
    what a dull picture lacks."""
    return _levels(pixels * (max(1.0, 255 / np.percentile(pixels, 99)) * gain))


def under_exposed(pixels: Pixels, gain: float) -> Pixels:
    return _levels(pixels * gain)


def _levels(pixels: Pixels) -> Pixels:
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


DEGRADATIONS: dict[str, Degradation] = {
    "blur": (blurred, (0, 0.6, 1, 2, 3, 5)),
    "noise": (noisy, (0, 5, 10, 20, 35, 50)),
    "jpeg": (jpeg, (95, 90, 70, 50, 30, 15, 8)),
    "over-exposure": (over_exposed, (1, 1.3, 1.7, 2.2, 3, 4)),
    "under-exposure": (under_exposed, (1, 0.7, 0.5, 0.3, 0.15, 0.08)),
}
