"""One number from the metrics: 100 × Π qᵢ^wᵢ, so that a single bad fault sinks the score.

Each q is 0-1. The constants were fitted by hand to photos (docs/models/image-scoring.md).
"""

import math
from collections.abc import Callable, Mapping
from math import exp

from adapters.runners.scoring.metrics import Metrics

Factors = Mapping[str, float | None]
"""q by name; None = not measured, and then left out of the product."""

GRADES = ((80.0, "excellent"), (60.0, "good"), (40.0, "fair"), (20.0, "poor"))
"""The five words of ITU-R BT.500's quality scale."""


def logistic(x: float) -> float:
    return 1 / (1 + exp(-x))


def above(value: float, limit: float) -> float:
    """How far `value` is beyond `limit`; 0 before it."""
    return max(0.0, value - limit)


def sharpness(m: Metrics) -> float | None:
    if m.blur_effect is None:
        return None
    return min(1.0, logistic((0.46 - m.blur_effect) / 0.085) / logistic((0.46 - 0.20) / 0.085))


def noise(m: Metrics) -> float | None:
    return None if m.noise_sigma is None else exp(-above(m.noise_sigma, 1) / 14)


def compression(m: Metrics) -> float | None:
    if m.block_ratio is None or m.jpeg_quality is None:
        return None
    seen = min(1.0, logistic((m.jpeg_quality - 4.5) / 1.6) / logistic(5 / 1.6))
    return exp(-above(m.block_ratio, 1.05) / 1.1) * seen


def exposure(m: Metrics) -> float:
    off_middle = above(abs(m.mean_luma - 0.45), 0.15)
    clipped = 3 * above(m.clipped_bright, 0.01) + 2 * above(m.clipped_dark, 0.10)
    return exp(-(off_middle**2) / (2 * 0.15**2) - clipped)


def contrast(m: Metrics) -> float:
    return logistic((m.luma_range - 0.25) / 0.1)


def colour(m: Metrics) -> float:
    return 0.8 + 0.2 * logistic((m.colourfulness - 12) / 8)


FACTORS: Mapping[str, tuple[Callable[[Metrics], float | None], float]] = {
    "sharpness": (sharpness, 0.55),
    "noise": (noise, 0.7),
    "compression": (compression, 0.7),
    "exposure": (exposure, 0.6),
    "contrast": (contrast, 0.5),
    "colour": (colour, 0.5),
}


def factors(metrics: Metrics) -> Factors:
    """How well the picture does on each point, 0-1, before weighting."""
    return {name: quality(metrics) for name, (quality, _weight) in FACTORS.items()}


def score(qualities: Factors) -> float:
    """0-100; what was not measured does not count."""
    return 100 * math.prod(
        math.pow(q, weight)
        for name, (_quality, weight) in FACTORS.items()
        if (q := qualities[name]) is not None
    )


def grade(points: float) -> str:
    """The word for a score: a fifth of the scale each."""
    return next((word for least, word in GRADES if points >= least), "bad")
