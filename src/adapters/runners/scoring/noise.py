"""How grainy a picture is where it should be smooth."""

import math

import torch
import torch.nn.functional as F  # noqa: N812 - the name everybody knows it by
from torch import Tensor

BLOCK_PX = 16
CLIPPED = (16.0, 239.0)
"""Blocks darker or brighter than this on the mean hide their grain by clipping."""


def noise_sigma(y: Tensor) -> Tensor:
    """Standard deviation of Gaussian noise in (N, H, W) luma, in levels; H and W ≥ 18 px.

    The mask cancels any plane and most edges. Its mean is taken in 16-px blocks and the 10th
    percentile of the unclipped ones is the answer, so that texture does not count as noise.
    Immerkær, "Fast noise variance estimation", CVIU 64(2), 1996.
    """
    grain = math.sqrt(math.pi / 2) / 6 * _second_difference(y).abs()
    sigma, light = _block_means(grain), _block_means(y[:, 1:-1, 1:-1])
    clipped = (light < CLIPPED[0]) | (light > CLIPPED[1])
    judged = sigma.masked_fill(clipped & ~clipped.all(dim=1, keepdim=True), math.nan)
    return torch.nanquantile(judged, 0.1, dim=1)


def _second_difference(y: Tensor) -> Tensor:
    """[1 -2 1] along both axes: (N, H-2, W-2)."""
    return y.diff(n=2, dim=1).diff(n=2, dim=2)


def _block_means(plane: Tensor) -> Tensor:
    """(N, blocks): means of the whole 16-px blocks."""
    return F.avg_pool2d(plane, BLOCK_PX).flatten(1).double()
