"""The promise of the score: on real photos it falls with each fault."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from tests.contract.runners.scoring.conftest import Score, photos
from tests.contract.runners.scoring.degradations import DEGRADATIONS

TOLERANCE = 0.5
"""Points a step may gain: the metrics are statistics of one picture."""


def test_there_are_photos_to_judge() -> None:
    assert len(photos()) >= 4


@pytest.mark.parametrize("name", photos())
@pytest.mark.parametrize("fault", DEGRADATIONS)
def test_falls_with(fault: str, name: str, photo: Callable[[str], Any], score: Score) -> None:
    degrade, levels = DEGRADATIONS[fault]
    pixels = photo(name)
    points = [out.data["score"] for out in score(*(degrade(pixels, level) for level in levels))]
    assert all(after <= before + TOLERANCE for before, after in pairwise(points)), points
    assert points[-1] < points[0] / 2


@pytest.mark.parametrize("name", photos())
def test_a_good_photo_scores_well(name: str, photo: Callable[[str], Any], score: Score) -> None:
    [result] = score(photo(name))
    assert result.data["score"] > 80
    assert result.data["grade"] == "excellent"
    assert not result.warnings
