"""What is measured of one picture. Plain floats: nothing here needs torch."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Levels are 0-255, shares 0-1; None = the picture is too small to measure it.

    `laplacian_variance` and `tenengrad` are told but not scored: noise raises them too.
    """

    mean_luma: float
    """share of full scale"""
    clipped_bright: float
    """share of pixels"""
    clipped_dark: float
    """share of pixels"""
    luma_range: float
    """5th to 95th percentile, share of full scale"""
    colourfulness: float
    """levels"""
    blur_effect: float | None = None
    """0 sharp, 1 blurred"""
    laplacian_variance: float | None = None
    """levels²"""
    tenengrad: float | None = None
    """levels²"""
    noise_sigma: float | None = None
    """levels"""
    jpeg_quality: float | None = None
    """about 1 bad to 10 good"""
    block_ratio: float | None = None
    """1 = no 8-px grid"""
