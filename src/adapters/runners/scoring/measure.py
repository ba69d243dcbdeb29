"""Every metric of a batch of equal-sized pictures, with one wait for the device."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from adapters.runners.scoring.blockiness import blockiness
from adapters.runners.scoring.colour import colourfulness
from adapters.runners.scoring.exposure import exposure
from adapters.runners.scoring.framing import Pixels
from adapters.runners.scoring.luma import luma
from adapters.runners.scoring.metrics import Metrics
from adapters.runners.scoring.noise import noise_sigma
from adapters.runners.scoring.sharpness import blur_effect, laplacian_variance, tenengrad

SHARPNESS_SIDE_PX, NOISE_SIDE_PX, GRID_SIDE_PX = 16, 18, 32
"""Shortest side each can be measured on: its window moving a little;
one block; a few block borders."""


@torch.inference_mode()
def measure(frames: Tensor, windows: Tensor) -> list[Metrics]:
    """One `Metrics` an item, in order. `frames`: (N, 3, H, W) RGB in levels 0-255, the picture
    as a whole; `windows`: (N, 3, h, w), its pixels as stored, cut along the 8-px grid."""
    y, stored = luma(frames), luma(windows)
    columns = exposure(y)._asdict() | {"colourfulness": colourfulness(frames)}
    if _fits(y, SHARPNESS_SIDE_PX):
        columns["blur_effect"] = blur_effect(y)
        columns["laplacian_variance"] = laplacian_variance(y)
        columns["tenengrad"] = tenengrad(y)
    if _fits(y, NOISE_SIDE_PX):
        columns["noise_sigma"] = noise_sigma(y)
    if _fits(stored, GRID_SIDE_PX):
        columns["jpeg_quality"], columns["block_ratio"] = blockiness(stored)
    rows = torch.stack(list(columns.values()), dim=1).tolist()
    return [Metrics(**dict(zip(columns, row, strict=True))) for row in rows]


def to_device(pictures: Sequence[Pixels], device: str) -> Tensor:
    """Equal uint8 (H, W, 3) arrays → float (N, 3, H, W), levels kept; converted over there, since
    bytes travel four times as fast."""
    pixels = torch.from_numpy(np.stack(pictures)).to(device).permute(0, 3, 1, 2)
    return pixels.to(torch.float32, memory_format=torch.contiguous_format)


def _fits(plane: Tensor, side_px: int) -> bool:
    return min(plane.shape[1:]) >= side_px
