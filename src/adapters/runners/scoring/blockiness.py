"""Traces of JPEG: steps at every eighth pixel. The 8-px grid must start at the first pixel."""

import torch
from torch import Tensor

from adapters.runners.scoring.framing import GRID_PX
from adapters.runners.scoring.luma import mean, steps

VISIBLE_LEVELS = 1.0
"""Added to both sides of the ratio: nobody sees a grid of half a level, but in a smooth sky it
would be many times the steps around it."""


def blockiness(y: Tensor) -> tuple[Tensor, Tensor]:
    """(JPEG quality: about 1 bad to 10 good, block ratio: 1 = no grid), each (N,), of (N, H, W)
    luma with sides ≥ 16 px.

    B: mean step across block borders, A: inside blocks, Z: rate of zero crossings, each the
    mean of both axes. Wang, Sheikh, Bovik, "No-reference perceptual quality assessment of JPEG
    compressed images", ICIP 2002. The floors keep a flat picture finite.
    """
    border, inside, crossings = torch.stack([_axis(y), _axis(y.transpose(1, 2))]).mean(dim=0)
    ratio = (border + VISIBLE_LEVELS) / (inside + VISIBLE_LEVELS)
    steepness = border.clamp_min(0.01).pow(-0.0240) * inside.clamp_min(0.01).pow(0.0160)
    return -245.89 + 261.94 * steepness * crossings.clamp_min(1e-4).pow(0.0064), ratio


def _axis(y: Tensor) -> Tensor:
    """(3, N): B, A and Z along the last axis."""
    step = steps(y, dim=2)
    border = mean(step[:, :, GRID_PX - 1 :: GRID_PX])
    inside = (GRID_PX * mean(step) - border) / (GRID_PX - 1)
    return torch.stack([border, inside, _crossings(y)])


def _crossings(y: Tensor) -> Tensor:
    """(N,) share of neighbouring steps along the last axis that turn round."""
    step = y.diff(dim=2)
    return mean(((step[:, :, :-1] * step[:, :, 1:]) < 0).float())
