"""How near an enlarged picture is to the true one, as super-resolution papers measure it."""

import math

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def luma(pixels: Pixels) -> NDArray[np.float64]:
    """ITU-R BT.601 Y in studio range (16 to 235), not rounded: (h, w, 3) to (h, w)."""
    y: NDArray[np.float64] = (
        16 + pixels.astype(np.float64) @ np.array([65.481, 128.553, 24.966]) / 255
    )
    return y


def psnr_y(truth: Pixels, guess: Pixels, border_px: int) -> float:
    """Peak signal-to-noise ratio of luma in dB, `border_px` of every side left out."""
    error = _inner(luma(truth) - luma(guess), border_px)
    return 10 * math.log10(255**2 / float(np.mean(error**2)))


def ssim_y(truth: Pixels, guess: Pixels, border_px: int) -> float:
    """Structural similarity of luma (Wang et al. 2004: Gaussian window, sigma 1.5)."""
    from skimage.metrics import structural_similarity

    similarity = structural_similarity(  # type: ignore[no-untyped-call]
        _inner(luma(truth), border_px),
        _inner(luma(guess), border_px),
        data_range=255,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )
    return float(similarity)


def _inner(values: NDArray[np.float64], border_px: int) -> NDArray[np.float64]:
    return values[border_px:-border_px, border_px:-border_px]
