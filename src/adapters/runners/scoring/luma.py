"""The brightness plane that every metric but colour is computed on."""

from torch import Tensor

LEVELS = 255.0


def luma(rgb: Tensor) -> Tensor:
    """(N, 3, H, W) R, G, B → (N, H, W) Y of ITU-R BT.601, in the levels of `rgb` (0-255)."""
    red, green, blue = rgb.unbind(dim=1)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def mean(plane: Tensor) -> Tensor:
    """(N, H, W) → (N,). Summed in float64, so that a batch scores as its items do alone."""
    return plane.double().mean(dim=(1, 2))


def steps(plane: Tensor, dim: int) -> Tensor:
    """Absolute differences of neighbours along `dim`, one shorter than `plane` there."""
    return plane.diff(dim=dim).abs()
