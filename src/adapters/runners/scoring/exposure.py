"""How the light of a picture is spread between black and white."""

from typing import NamedTuple

import torch
from torch import Tensor

from adapters.runners.scoring.luma import LEVELS

BRIGHT, DARK = 0.985, 0.015


class Exposure(NamedTuple):
    """(N,) each, in shares of the full scale. `luma_range`: 5th to 95th percentile."""

    mean_luma: Tensor
    clipped_bright: Tensor
    clipped_dark: Tensor
    luma_range: Tensor


def exposure(y: Tensor) -> Exposure:
    """Mean, clipped shares and range of (N, H, W) luma, all from its histogram.

    Range by percentiles rather than extremes, as in Peli, "Contrast in complex images", JOSA A
    7(10), 1990: no single pixel decides.
    """
    share = _histogram(y)
    level = torch.arange(LEVELS + 1, device=y.device) / LEVELS
    below = share.cumsum(dim=1)
    spread = (below < 0.95).sum(dim=1) - (below < 0.05).sum(dim=1)
    return Exposure(
        mean_luma=(share * level).sum(dim=1),
        clipped_bright=share[:, level >= BRIGHT].sum(dim=1),
        clipped_dark=share[:, level <= DARK].sum(dim=1),
        luma_range=spread / float(LEVELS),
    )


def _histogram(y: Tensor) -> Tensor:
    """(N, 256) float64: share of pixels at each level. One count for the whole batch."""
    n, bins = y.shape[0], LEVELS + 1
    first_bin = bins * torch.arange(n, dtype=torch.int32, device=y.device)
    which = y.round().int().flatten(1) + first_bin[:, None]
    counts = which.flatten().bincount(minlength=bins * n).view(n, bins)
    return counts.double() / which.shape[1]
