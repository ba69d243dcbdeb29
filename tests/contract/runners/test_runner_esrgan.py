from collections.abc import Sequence
from pathlib import Path

import pytest

from adapters.runners.esrgan.runner import EsrganRunner
from domain.model.model_setup import ModelSetup
from domain.model.runner import ModelRunner, RunnerInput
from tests.contract.clauses.runner import RunnerClauses
from tests.contract.runners.esrgan.nets import random_tensors, saved
from tests.contract.runners.works import works


class Esrgan(RunnerClauses):
    @pytest.fixture
    def alike(self) -> Sequence[RunnerInput]:
        return works((11, 14), (11, 14), (11, 14))

    @pytest.fixture
    def apart(self) -> Sequence[RunnerInput]:
        return works((14, 11), (140, 5), (5, 140))

    @pytest.fixture
    def held_bytes(self) -> int:
        return 4 * 30_000


class TestX4(Esrgan):
    @pytest.fixture
    def kind(self, tmp_path: Path) -> type[ModelRunner]:
        path = saved(random_tensors(), tmp_path / "net.pth")
        return EsrganRunner.set_up(ModelSetup(name="esrgan-x4", weights=str(path)))


class TestX2(Esrgan):
    @pytest.fixture
    def kind(self, tmp_path: Path) -> type[ModelRunner]:
        path = saved(random_tensors(unshuffle=2), tmp_path / "net.safetensors")
        return EsrganRunner.set_up(ModelSetup(name="esrgan-x2", weights=str(path)))
