import json
import math
from collections.abc import Callable
from typing import Any

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.runners.scoring.runner import ImageScoringRunner
from domain.model.errors import InferenceFailed, UnknownField
from domain.model.model_registry import ModelRegistry
from domain.model.picture import Picture
from domain.model.runner import RunnerInput
from tests.contract.runners.scoring.conftest import Score


def noise(height: int, width: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def work(pixels: Any, checkpoint: Callable[[float], None] = lambda _done: None) -> RunnerInput:
    return RunnerInput({"image": Picture(pixels)}, {}, checkpoint=checkpoint)


@settings(deadline=None, max_examples=60)
@given(shape=st.tuples(st.integers(1, 40), st.integers(1, 40)), data=st.data())
def test_any_picture_has_a_finite_score(
    score: Score, shape: tuple[int, int], data: st.DataObject
) -> None:
    [result] = score(data.draw(arrays.arrays(np.uint8, (*shape, 3))))
    assert 0 <= result.data["score"] <= 100
    assert math.isfinite(result.data["score"])
    json.dumps(result.data, allow_nan=False)


@pytest.mark.parametrize("level", [0, 5, 128, 250, 255])
def test_a_flat_picture_is_bad_not_undefined(score: Score, level: int) -> None:
    [result] = score(np.full((64, 64, 3), level, np.uint8))
    assert result.data["grade"] == "bad"
    assert result.data["metrics"]["blur_effect"] == 1
    assert result.data["metrics"]["block_ratio"] == 1
    assert not result.warnings


@pytest.mark.parametrize(
    ("shape", "unknown"),
    [
        ((1, 1), "sharpness, noise, compression"),
        ((5, 3), "sharpness, noise, compression"),
        ((17, 400), "noise, compression"),
        ((20, 20), "compression"),
    ],
)
def test_what_a_tiny_picture_cannot_tell_is_left_out(
    score: Score, shape: tuple[int, int], unknown: str
) -> None:
    [result] = score(noise(*shape))
    assert result.warnings == (
        f"The picture is too small to judge {unknown}; the score leaves it out.",
    )
    missing = {name for name, quality in result.data["factors"].items() if quality is None}
    assert missing == set(unknown.split(", "))


def test_a_batch_scores_as_its_pictures_do_alone_and_in_their_order(
    score: Score, photo: Callable[[str], Any]
) -> None:
    pixels = photo("coffee")
    several = [pixels, noise(*pixels.shape[:2]), pixels // 3, pixels // 8, pixels // 2 + 64]
    together = [result.data for result in score(*several)]
    assert together == [score(each)[0].data for each in several]
    assert len({data["score"] for data in together}) == len(several)


def test_only_equal_shapes_share_a_batch(runner: ImageScoringRunner) -> None:
    wide, tall, twin = (runner.prepare(work(noise(*s))) for s in [(20, 30), (30, 20), (20, 30)])
    assert runner.batch_key(wide) == runner.batch_key(twin)
    assert runner.batch_key(wide) != runner.batch_key(tall)


def test_equal_frames_with_different_windows_do_not_share_a_batch(
    runner: ImageScoringRunner,
) -> None:
    small, large = runner.prepare(work(noise(512, 300))), runner.prepare(work(noise(1024, 600)))
    assert small.frame.shape == large.frame.shape
    assert runner.batch_key(small) != runner.batch_key(large)


def test_what_a_checkpoint_raises_passes(runner: ImageScoringRunner) -> None:
    class CanceledError(RuntimeError):
        pass

    def stop(_done: float) -> None:
        raise CanceledError

    with pytest.raises(CanceledError):
        runner.infer([runner.prepare(work(noise(8, 8), stop))])


def test_what_an_item_costs_is_what_it_holds(runner: ImageScoringRunner) -> None:
    item = runner.prepare(work(noise(30, 40)))
    assert runner.cost_px(item) == 2 * 30 * 40
    largest = runner.prepare(work(noise(2000, 2000)))
    assert 8 * runner.cost_px(largest) <= runner.budget_px


def test_a_probe_measures_once_it_is_loaded() -> None:
    runner = ImageScoringRunner()
    runner.probe()
    runner.load("cpu")
    runner._device = "no-such-device"
    with pytest.raises(InferenceFailed):
        runner.probe()


def test_a_device_that_is_not_there_is_told_in_our_words() -> None:
    with pytest.raises(InferenceFailed) as caught:
        ImageScoringRunner().load("no-such-device")
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_the_spec_says_what_clients_need() -> None:
    registry = ModelRegistry()
    registry.register(ImageScoringRunner)
    spec = registry.spec("image-scoring")
    assert not spec.makes_picture
    assert spec.deterministic({})
    assert spec.needs == {"image"}
    assert spec.validate({}) == {}
    with pytest.raises(UnknownField):
        spec.validate({"strength": 1})
