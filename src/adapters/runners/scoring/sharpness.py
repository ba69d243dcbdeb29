"""How much fine detail a picture has, and whether more blur would still change it."""

import torch
import torch.nn.functional as F  # noqa: N812 - the name everybody knows it by
from torch import Tensor

from adapters.runners.scoring.luma import mean, steps, variance

BLUR_TAPS = 11
REACH = BLUR_TAPS // 2


def blur_effect(y: Tensor) -> Tensor:
    """0 (sharp) to 1 (blurred) of (N, H, W) luma, sides ≥ 13 px; 1 where there is no step.

    The picture is blurred again along each axis: steps that were sharp shrink, steps that were
    soft stay. The worse axis counts, so motion blur does too. Crete, Dolmiere, Ladret, Nicolas,
    "The blur effect: perception and estimation with a new no-reference perceptual blur metric",
    SPIE 6492, 2007.
    """
    step, lost = torch.stack([_along_columns(y), _along_columns(y.transpose(1, 2))], dim=1)
    effect = ((step - lost) / step.clamp_min(1e-9)).amax(dim=0)
    return torch.where(step.sum(dim=0) > 0, effect, 1.0)


def _along_columns(y: Tensor) -> Tensor:
    """(2, N): mean step along the last axis, and how much of it blurring takes away; only where
    the whole blur window fits."""
    before = steps(y, dim=2)[:, :, REACH:-REACH]
    after = steps(_moving_mean(y), dim=2)
    return torch.stack([mean(before), mean((before - after).clamp_min(0))])


def _moving_mean(y: Tensor) -> Tensor:
    """Over 11 px of the last axis; by running sums, whose float32 would lose the last levels."""
    sums = F.pad(y.double().cumsum(dim=2), (1, 0))
    return ((sums[:, :, BLUR_TAPS:] - sums[:, :, :-BLUR_TAPS]) / BLUR_TAPS).float()


def laplacian_variance(y: Tensor) -> Tensor:
    """Variance of the 4-neighbour Laplacian of (N, H, W) luma, in levels². Rises with noise too.

    Pech-Pacheco, Cristóbal, Chamorro-Martínez, Fernández-Valdivia, "Diatom autofocusing in
    brightfield microscopy: a comparative study", ICPR 2000.
    """
    across = y[:, 1:-1, :-2] + y[:, 1:-1, 2:]
    down = y[:, :-2, 1:-1] + y[:, 2:, 1:-1]
    return variance(across + down - 4 * y[:, 1:-1, 1:-1])


def tenengrad(y: Tensor) -> Tensor:
    """Mean squared Sobel gradient of (N, H, W) luma, in levels². Rises with noise too.

    Tenenbaum, "Accommodation in computer vision", Stanford 1970; Krotkov, "Focusing", IJCV 1988.
    """
    return mean(_sobel(y).square()) + mean(_sobel(y.transpose(1, 2)).square())


def _sobel(y: Tensor) -> Tensor:
    """Gradient along the last axis, smoothed 1-2-1 along the other: (N, H-2, W-2)."""
    step = y[:, :, 2:] - y[:, :, :-2]
    return step[:, :-2] + 2 * step[:, 1:-1] + step[:, 2:]
