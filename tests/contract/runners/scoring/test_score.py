"""The formula alone: plain floats, no torch."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.runners.scoring.metrics import Metrics
from adapters.runners.scoring.score import FACTORS, factors, grade, score

GOOD = Metrics(
    mean_luma=0.45,
    clipped_bright=0.0,
    clipped_dark=0.0,
    luma_range=0.8,
    colourfulness=50.0,
    blur_effect=0.2,
    noise_sigma=0.5,
    jpeg_quality=10.0,
    block_ratio=1.0,
)

WORSE = {
    "blur_effect": (0.2, 0.3, 0.5, 0.8),
    "noise_sigma": (1.0, 5.0, 20.0, 80.0),
    "block_ratio": (1.05, 1.2, 2.0, 9.0),
    "jpeg_quality": (9.0, 6.0, 2.0, -50.0),
    "clipped_bright": (0.01, 0.1, 0.5, 1.0),
    "clipped_dark": (0.1, 0.3, 0.6, 1.0),
    "luma_range": (0.6, 0.3, 0.1, 0.0),
    "colourfulness": (40.0, 15.0, 5.0, 0.0),
    "mean_luma": (0.6, 0.7, 0.85, 1.0),
}


def points(metrics: Metrics) -> float:
    return score(factors(metrics))


def test_a_picture_without_fault_scores_almost_everything() -> None:
    assert points(GOOD) > 99


@pytest.mark.parametrize("metric", WORSE)
def test_each_fault_alone_lowers_the_score(metric: str) -> None:
    ladder = [points(replace(GOOD, **{metric: value})) for value in WORSE[metric]]
    assert all(after < before for before, after in pairwise(ladder))


def test_what_was_not_measured_does_not_count() -> None:
    unknown = {"blur_effect": None, "noise_sigma": None, "block_ratio": None, "jpeg_quality": None}
    qualities = factors(replace(GOOD, **unknown))
    assert [name for name, quality in qualities.items() if quality is None] == [
        "sharpness",
        "noise",
        "compression",
    ]
    assert score(qualities) == pytest.approx(points(GOOD), abs=0.5)


@given(st.fixed_dictionaries({name: st.floats(0, 1) for name in FACTORS}))
def test_the_score_is_a_percentage(qualities: dict[str, float]) -> None:
    assert 0 <= score(qualities) <= 100


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (100, "excellent"),
        (80, "excellent"),
        (79.99, "good"),
        (60, "good"),
        (40, "fair"),
        (20, "poor"),
        (19.99, "bad"),
        (0, "bad"),
    ],
)
def test_grades_are_a_fifth_of_the_scale_each(value: float, word: str) -> None:
    assert grade(value) == word
