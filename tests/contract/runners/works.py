"""Works for the clauses of runners: noise of given sizes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from domain.model.picture import Picture
from domain.model.runner import RunnerInput


def works(*sizes: tuple[int, int], **params: Any) -> Sequence[RunnerInput]:
    """One a (height, width), each with other pixels."""
    return [
        RunnerInput({"image": Picture(_noise(seed, *size))}, params)
        for seed, size in enumerate(sizes)
    ]


def _noise(seed: int, height: int, width: int) -> Any:
    # Brighter by the seed, so that a measure of the whole tells them apart.
    return np.random.default_rng(seed).integers(0, 64 * (seed + 1), (height, width, 3), np.uint8)
