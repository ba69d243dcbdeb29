"""How much fine detail a picture has, and whether more blur would still change it."""

import torch
import torch.nn.functional as F  # noqa: N812 - the name everybody knows it by
from torch import Tensor

from adapters.runners.scoring.luma import mean, steps

BLUR_TAPS = 11


def blur_effect(y: Tensor) -> Tensor:
    """0 (sharp) to 1 (blurred) of (N, H, W) luma; a picture without any step is 1.

    The picture is blurred again along each axis: steps that were sharp shrink, steps that were
    soft stay. Crete, Dolmiere, Ladret, Nicolas, "The blur effect: perception and estimation with
    a new no-reference perceptual blur metric", SPIE 6492, 2007.
    """
    total = torch.stack([steps(y, dim).double().sum(dim=(1, 2)) for dim in (1, 2)])
    lost = torch.stack([_lost(y, dim) for dim in (1, 2)])
    effect = ((total - lost) / total.clamp_min(1e-9)).amax(dim=0)
    return torch.where(total.sum(dim=0) > 0, effect, torch.ones_like(effect))


def _lost(y: Tensor, dim: int) -> Tensor:
    """(N,) what blurring along `dim` takes from the steps along it."""
    taps, pad = [1, 1], [0, 0]
    taps[dim - 1], pad[dim - 1] = BLUR_TAPS, BLUR_TAPS // 2
    blurred = F.avg_pool2d(y, taps, stride=1, padding=pad, count_include_pad=False)
    return (steps(y, dim) - steps(blurred, dim)).clamp_min(0).double().sum(dim=(1, 2))


def laplacian_variance(y: Tensor) -> Tensor:
    """Variance of the 4-neighbour Laplacian of (N, H, W) luma, in levels². Rises with noise too.

    Pech-Pacheco, Cristóbal, Chamorro-Martínez, Fernández-Valdivia, "Diatom autofocusing in
    brightfield microscopy: a comparative study", ICPR 2000.
    """
    across = y[:, 1:-1, :-2] + y[:, 1:-1, 2:]
    down = y[:, :-2, 1:-1] + y[:, 2:, 1:-1]
    laplacian = across + down - 4 * y[:, 1:-1, 1:-1]
    return laplacian.double().var(dim=(1, 2), correction=0)


def tenengrad(y: Tensor) -> Tensor:
    """Mean squared Sobel gradient of (N, H, W) luma, in levels². Rises with noise too.

    Tenenbaum, "Accommodation in computer vision", Stanford 1970; Krotkov, "Focusing", IJCV 1988.
    """
    return mean(_sobel(y).square() + _sobel(y.transpose(1, 2)).transpose(1, 2).square())


def _sobel(y: Tensor) -> Tensor:
    """Gradient along the last axis, smoothed 1-2-1 along the other: (N, H-2, W-2)."""
    step = y[:, :, 2:] - y[:, :, :-2]
    return step[:, :-2] + 2 * step[:, 1:-1] + step[:, 2:]
