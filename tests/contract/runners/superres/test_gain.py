"""The claim of docs/models/superres.md, computed again on pictures the networks never saw."""

import io
from pathlib import Path
from statistics import mean

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from adapters.runners.enlarging.upscaler import Upscaler
from adapters.runners.superres.weights import load_network, path_of, traits
from infra.training.metrics import psnr_y

Pixels = NDArray[np.uint8]

HELD_OUT = sorted((Path(__file__).parents[3] / "pictures" / "heldout").glob("*.webp"))
BICUBIC, LANCZOS = Image.Resampling.BICUBIC, Image.Resampling.LANCZOS


def resized(pixels: Pixels, factor: float, kernel: Image.Resampling) -> Pixels:
    height, width = pixels.shape[:2]
    size = (round(width * factor), round(height * factor))
    return np.asarray(Image.fromarray(pixels).resize(size, kernel))


def through_jpeg(pixels: Pixels, quality: int) -> Pixels:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def gain_db(scale: int, kernel: Image.Resampling, quality: int | None) -> float:
    """How many dB of PSNR-Y the network is above `kernel`, mean of the pictures."""
    network, _ = load_network(scale)
    upscaler = Upscaler(network, traits(scale), "cpu")
    gains = []
    for path in HELD_OUT:
        truth = np.asarray(Image.open(path).convert("RGB"))
        small = resized(truth, 1 / scale, BICUBIC)
        small = small if quality is None else through_jpeg(small, quality)
        ours = psnr_y(truth, upscaler.upscale(small, lambda _done: None), scale)
        gains.append(ours - psnr_y(truth, resized(small, scale, kernel), scale))
    return mean(gains)


def test_the_pictures_are_there() -> None:
    assert len(HELD_OUT) == 5


@pytest.mark.parametrize(("scale", "least_db"), [(2, 2.0), (4, 1.3)])
def test_clean_pictures_gain_over_bicubic(scale: int, least_db: float) -> None:
    assert gain_db(scale, BICUBIC, None) >= least_db


@pytest.mark.parametrize("scale", [2, 4])
@pytest.mark.parametrize("quality", [95, 75])
def test_jpegs_gain_over_lanczos(scale: int, quality: int) -> None:
    assert gain_db(scale, LANCZOS, quality) >= 0.1


@pytest.mark.parametrize("scale", [2, 4])
def test_the_weights_are_small(scale: int) -> None:
    assert path_of(scale).stat().st_size < 150_000
