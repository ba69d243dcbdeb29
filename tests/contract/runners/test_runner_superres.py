from collections.abc import Sequence

import pytest

from adapters.runners.superres.runner import SuperResolutionX2, SuperResolutionX4
from domain.model.runner import ModelRunner, RunnerInput
from tests.contract.clauses.runner import RunnerClauses
from tests.contract.runners.works import works


class Superres(RunnerClauses):
    @pytest.fixture
    def alike(self) -> Sequence[RunnerInput]:
        return works((20, 30), (20, 30), (20, 30))

    @pytest.fixture
    def apart(self) -> Sequence[RunnerInput]:
        return works((30, 20), (200, 170), (170, 200))

    @pytest.fixture
    def held_bytes(self) -> int:
        return 4 * 40_000


class TestX2(Superres):
    @pytest.fixture
    def kind(self) -> type[ModelRunner]:
        return SuperResolutionX2


class TestX4(Superres):
    @pytest.fixture
    def kind(self) -> type[ModelRunner]:
        return SuperResolutionX4
