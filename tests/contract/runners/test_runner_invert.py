from collections.abc import Sequence

import pytest

from adapters.runners.invert import InvertRunner
from domain.model.runner import ModelRunner, RunnerInput
from tests.contract.clauses.runner import RunnerClauses
from tests.contract.runners.works import works


class TestInvert(RunnerClauses):
    @pytest.fixture
    def kind(self) -> type[ModelRunner]:
        return InvertRunner

    @pytest.fixture
    def alike(self) -> Sequence[RunnerInput]:
        """Any pictures may share a batch, each with a strength of its own."""
        sizes = works((600, 7), (1, 1), strength=1.0)
        return [*sizes, *works((5, 9), strength=0.3)]

    @pytest.fixture
    def apart(self) -> Sequence[RunnerInput]:
        return ()

    @pytest.fixture
    def held_bytes(self) -> int:
        return 0
