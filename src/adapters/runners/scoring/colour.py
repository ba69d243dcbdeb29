"""How colourful a picture looks."""

import torch
from torch import Tensor


def colourfulness(rgb: Tensor) -> Tensor:
    """(N,) of (N, 3, H, W) RGB in levels: 0 grey, about 33 moderate, 82 and more vivid.

    Hasler, Süsstrunk, "Measuring colourfulness in natural images", SPIE 5007, 2003.
    """
    red, green, blue = rgb.double().unbind(dim=1)
    opponents = torch.stack([red - green, (red + green) / 2 - blue]).flatten(2)
    spread = opponents.var(dim=2, correction=0).sum(dim=0).sqrt()
    strength = opponents.mean(dim=2).square().sum(dim=0).sqrt()
    return spread + 0.3 * strength
