"""Each metric where its value is known by hand."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from adapters.runners.scoring.blockiness import blockiness
from adapters.runners.scoring.colour import colourfulness
from adapters.runners.scoring.exposure import exposure
from adapters.runners.scoring.luma import luma
from adapters.runners.scoring.noise import noise_sigma
from adapters.runners.scoring.sharpness import blur_effect, laplacian_variance, tenengrad
from tests.contract.runners.scoring.degradations import jpeg


def plane(array: Any) -> Tensor:
    return torch.tensor(np.asarray(array), dtype=torch.float32)[None]


def grainy(sigma: float) -> Any:
    return np.random.default_rng(3).normal(128, sigma, (256, 256))


def test_luma_weighs_the_colours_as_bt601_does() -> None:
    colours = torch.tensor([[255.0, 0, 0], [0, 255, 0], [0, 0, 255]]).reshape(3, 3, 1, 1)
    assert luma(colours).flatten().tolist() == pytest.approx([76.245, 149.685, 29.07])


@pytest.mark.parametrize("sigma", [2, 10, 25])
def test_noise_sigma_is_the_noise_put_in(sigma: float) -> None:
    assert noise_sigma(plane(grainy(sigma))).item() == pytest.approx(sigma, rel=0.15)


def test_a_ramp_has_no_noise() -> None:
    assert noise_sigma(plane(np.add.outer(np.arange(64), np.arange(64)))).item() == 0


def test_noise_is_looked_for_where_nothing_clips() -> None:
    half_white = grainy(10).clip(0, 255)
    half_white[:128] = 255
    assert noise_sigma(plane(half_white)).item() == pytest.approx(10, rel=0.15)


def test_a_ramp_has_a_gradient_and_no_curvature() -> None:
    ramp = plane(np.tile(np.arange(40), (40, 1)))
    assert tenengrad(ramp).item() == 64
    assert laplacian_variance(ramp).item() == 0


def test_laplacian_variance_of_a_checkerboard() -> None:
    board = plane(np.indices((40, 40)).sum(axis=0) % 2)
    assert laplacian_variance(board).item() == 16


def test_blur_effect_ranks_a_checkerboard_a_ramp_and_a_flat_picture() -> None:
    board = blur_effect(plane(np.indices((64, 64)).sum(axis=0) % 2 * 255)).item()
    ramp = blur_effect(plane(np.tile(np.arange(64), (64, 1)))).item()
    assert board < 0.15
    assert ramp == pytest.approx(1, abs=1e-4)
    assert blur_effect(plane(np.zeros((64, 64)))).item() == 1


def test_stripes_along_one_axis_are_sharp() -> None:
    stripes = np.tile(np.arange(64) % 2 * 255, (64, 1))
    assert blur_effect(plane(stripes)).item() < 0.15
    assert blur_effect(plane(stripes.T)).item() < 0.15


def test_coarse_jpeg_shows_its_grid_and_an_odd_cut_hides_it() -> None:
    photo = np.repeat(grainy(20).clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)
    coarse = jpeg(photo, 8)[..., 0]
    quality, ratio = blockiness(plane(coarse))
    clean_quality, clean_ratio = blockiness(plane(photo[..., 0]))
    _, shifted_ratio = blockiness(plane(coarse[4:, 4:]))
    assert quality < clean_quality
    assert ratio > 1.2 > 1.05 > clean_ratio
    assert shifted_ratio < 1.05


def test_an_invisible_grid_in_a_smooth_sky_is_no_fault() -> None:
    sky = np.full((64, 64), 200.0)
    sky[:, 8::16] += 0.2
    _, ratio = blockiness(plane(sky))
    assert ratio < 1.25


def test_exposure_counts_what_is_clipped() -> None:
    halves = np.full((10, 20), 0)
    halves[:, :5] = 255
    light = exposure(plane(halves))
    assert light.mean_luma.item() == 0.25
    assert light.clipped_bright.item() == 0.25
    assert light.clipped_dark.item() == 0.75
    assert light.luma_range.item() == 1


def test_colourfulness_of_grey_and_of_red() -> None:
    grey, red = torch.full((1, 3, 8, 8), 90.0), torch.zeros((1, 3, 8, 8))
    red[:, 0] = 255
    assert colourfulness(grey).item() == 0
    assert colourfulness(red).item() == pytest.approx(0.3 * (255**2 + 127.5**2) ** 0.5)
