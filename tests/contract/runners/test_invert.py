import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from adapters.runners.invert import BAND_PX, InvertRunner
from domain.model.errors import InvalidRequest
from domain.model.picture import Picture
from domain.model.runner import RunnerInput


def noise(height: int, width: int) -> Any:
    return np.random.default_rng(5).integers(0, 256, (height, width, 3), np.uint8)


def invert(picture: Picture, **params: Any) -> Picture:
    runner = InvertRunner()
    runner.load("cpu")
    work = RunnerInput({"image": picture}, InvertRunner.spec.validate(params))
    [output] = runner.infer([runner.prepare(work)])
    result = runner.postprocess(output)
    runner.release()
    return result.pictures[0]


def test_black_becomes_white_and_twice_is_the_picture_again() -> None:
    pixels = noise(600, 7)
    negative = invert(Picture(pixels))
    assert np.array_equal(negative.pixels, 255 - pixels)
    assert np.array_equal(invert(negative).pixels, pixels)


def test_strength_goes_from_the_picture_to_the_negative() -> None:
    pixels = noise(4, 4)
    assert np.array_equal(invert(Picture(pixels), strength=0).pixels, pixels)
    middle = invert(Picture(pixels), strength=0.5).pixels
    assert middle.dtype == np.uint8
    assert np.ptp(middle) == 0


def test_leaves_alpha_greyness_profile_and_the_input_alone() -> None:
    pixels, alpha = noise(3, 5), noise(3, 5)[..., 0]
    before = pixels.copy()
    result = invert(Picture(pixels, alpha, gray=True, icc_profile=b"profile"))
    assert np.array_equal(result.alpha, alpha)
    assert result.gray
    assert result.icc_profile == b"profile"
    assert np.array_equal(pixels, before)


def test_reports_and_can_be_stopped_between_bands() -> None:
    runner, shares = InvertRunner(), []
    runner.load("cpu")
    picture = Picture(noise(2 * BAND_PX + 1, 2))
    params = InvertRunner.spec.validate({})
    runner.infer([runner.prepare(RunnerInput({"image": picture}, params, {}, shares.append))])
    assert shares == sorted(shares)
    assert len(shares) == 3
    assert shares[-1] == 1.0

    def stop(_done: float) -> None:
        raise KeyError("canceled")

    with pytest.raises(KeyError, match="canceled"):
        runner.infer([runner.prepare(RunnerInput({"image": picture}, params, {}, stop))])


@pytest.mark.parametrize("strength", [-0.1, 1.1, "1", None, True])
def test_a_strength_outside_0_to_1_is_refused(strength: Any) -> None:
    with pytest.raises(InvalidRequest):
        InvertRunner.spec.validate({"strength": strength})


def test_runs_without_torch() -> None:
    code = (
        "import sys, adapters.runners.invert as invert;"
        "invert.InvertRunner().load('cpu');"
        "sys.exit('torch' in sys.modules)"
    )
    env = {"PYTHONPATH": ":".join(entry for entry in sys.path if entry)}
    assert subprocess.run([sys.executable, "-c", code], env=env, check=False).returncode == 0
