"""The brightness plane that every metric but colour is computed on, and its statistics.

Sums run in float64, so that a picture scores the same in any batch.
"""

import torch
from torch import Tensor

LEVELS = 255


def luma(rgb: Tensor) -> Tensor:
    """(N, 3, H, W) R, G, B → (N, H, W) Y of ITU-R BT.601, in the levels of `rgb` (0-255)."""
    red, green, blue = rgb.unbind(dim=1)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def steps(plane: Tensor, dim: int) -> Tensor:
    """Absolute differences of neighbours along `dim`, one shorter than `plane` there."""
    return plane.diff(dim=dim).abs()


def mean(plane: Tensor) -> Tensor:
    """(N, H, W) → (N,) float64."""
    return plane.mean(dim=(1, 2), dtype=torch.float64)


def variance(plane: Tensor) -> Tensor:
    """(N, H, W) → (N,) float64."""
    return (mean(plane.square()) - mean(plane).square()).clamp_min(0)
