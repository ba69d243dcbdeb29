"""How colourful a picture looks."""

from torch import Tensor

from adapters.runners.scoring.luma import mean, variance


def colourfulness(rgb: Tensor) -> Tensor:
    """(N,) of (N, 3, H, W) RGB in levels: 0 grey, about 33 moderate, 82 and more vivid.

    Hasler, Süsstrunk, "Measuring colourfulness in natural images", SPIE 5007, 2003.
    """
    red, green, blue = rgb.unbind(dim=1)
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    spread = (variance(red_green) + variance(yellow_blue)).sqrt()
    strength = (mean(red_green).square() + mean(yellow_blue).square()).sqrt()
    return spread + 0.3 * strength
