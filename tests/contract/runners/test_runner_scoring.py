from collections.abc import Sequence

import pytest

from adapters.runners.scoring.runner import ImageScoringRunner
from domain.model.runner import ModelRunner, RunnerInput
from tests.contract.clauses.runner import RunnerClauses
from tests.contract.runners.works import works


class TestScoring(RunnerClauses):
    @pytest.fixture
    def kind(self) -> type[ModelRunner]:
        return ImageScoringRunner

    @pytest.fixture
    def alike(self) -> Sequence[RunnerInput]:
        return works((40, 60), (40, 60), (40, 60))

    @pytest.fixture
    def apart(self) -> Sequence[RunnerInput]:
        """The last two are framed alike, from windows of their own size."""
        return works((60, 40), (512, 300), (1024, 600))

    @pytest.fixture
    def held_bytes(self) -> int:
        return 0
