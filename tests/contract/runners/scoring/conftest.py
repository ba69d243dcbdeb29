from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from adapters.runners.scoring.runner import ImageScoringRunner
from domain.model.picture import Picture
from domain.model.runner import RunnerInput, RunnerOutput

PICTURES = Path(__file__).parents[3] / "pictures" / "scoring"

Score = Callable[..., list[RunnerOutput]]


def photos() -> Sequence[str]:
    return sorted(path.stem for path in PICTURES.glob("*.webp"))


@pytest.fixture(scope="session")
def photo() -> Callable[[str], Any]:
    def pixels(name: str) -> Any:
        return np.asarray(Image.open(PICTURES / f"{name}.webp").convert("RGB"))

    return pixels


@pytest.fixture(scope="session")
def runner() -> Iterator[ImageScoringRunner]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # small pictures on a busy machine: threads wait for each other
    runner = ImageScoringRunner()
    runner.load("cpu")
    yield runner
    runner.release()
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def score(runner: ImageScoringRunner) -> Score:
    """Scores equal-sized pixels (or pictures) in one batch."""

    def scored(*pictures: Any) -> list[RunnerOutput]:
        whole = [each if isinstance(each, Picture) else Picture(each) for each in pictures]
        batch = [runner.prepare(RunnerInput({"image": each}, {})) for each in whole]
        return [runner.postprocess(output) for output in runner.infer(batch)]

    return scored
