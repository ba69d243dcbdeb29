"""How the light of a picture is spread between black and white."""

from typing import NamedTuple

import torch
from torch import Tensor

from adapters.runners.scoring.luma import LEVELS, mean

BRIGHT, DARK = 0.985, 0.015


class Exposure(NamedTuple):
    """(N,) each, in shares of the full scale. `luma_range`: 5th to 95th percentile."""

    mean_luma: Tensor
    clipped_bright: Tensor
    clipped_dark: Tensor
    luma_range: Tensor


def exposure(y: Tensor) -> Exposure:
    """Mean, clipped shares and range of (N, H, W) luma in levels.

    The global histogram statistics behind exposure control; percentiles instead of extremes as
    in Peli, "Contrast in complex images", JOSA A 7(10), 1990, so that single pixels don't count.
    """
    share = y / LEVELS
    flat = share.flatten(1)
    spread = _percentile(flat, 0.95) - _percentile(flat, 0.05)
    bright, dark = (share >= BRIGHT).float(), (share <= DARK).float()
    return Exposure(mean(share), mean(bright), mean(dark), spread.double())


def _percentile(flat: Tensor, share: float) -> Tensor:
    """(N,) nearest rank; `torch.quantile` refuses more than 16 million values."""
    rank = 1 + round(share * (flat.shape[1] - 1))
    return torch.kthvalue(flat, rank, dim=1).values
