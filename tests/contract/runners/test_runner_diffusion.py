from collections.abc import Sequence
from pathlib import Path

import pytest

from adapters.runners.diffusion.runner import StableDiffusion15, StableDiffusionXL
from domain.model.model_setup import ModelSetup
from domain.model.runner import ModelRunner, RunnerInput
from tests.contract.clauses.runner import RunnerClauses
from tests.contract.runners.diffusion.tiny import saved_sd15, saved_sdxl
from tests.contract.runners.diffusion.works import noise, work_for


@pytest.fixture(scope="module")
def sd15(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved_sd15(tmp_path_factory.mktemp("sd15") / "tiny")


@pytest.fixture(scope="module")
def sdxl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved_sdxl(tmp_path_factory.mktemp("sdxl") / "tiny")


class Diffusion(RunnerClauses):
    @pytest.fixture
    def alike(self, kind: type[ModelRunner]) -> Sequence[RunnerInput]:
        """Prompts and seeds are each item's own, and how many pictures it wants."""
        return [
            work_for(kind, "a cat", seed=1),
            work_for(kind, "a dog in the rain", seed=2),
            work_for(kind, "a cat", seed=3, num_images=2),
        ]

    @pytest.fixture
    def apart(self, kind: type[ModelRunner]) -> Sequence[RunnerInput]:
        image = {"image": noise(64, 64)}
        return [
            work_for(kind, resolution="64x72"),
            work_for(kind, steps=3),
            work_for(kind, sampler="DDIM"),
            work_for(kind, cfg_scale=3.0),
            work_for(kind, clip_skip=1),
            work_for(kind, negative_prompt="a dog"),
            work_for(kind, pictures=image),
            work_for(kind, pictures=image, strength=0.5),
            work_for(kind, pictures={**image, "mask": noise(64, 64)}),
        ]

    @pytest.fixture
    def held_bytes(self) -> int:
        return 4 * 500_000


class TestStableDiffusion15(Diffusion):
    @pytest.fixture
    def kind(self, sd15: Path) -> type[ModelRunner]:
        return StableDiffusion15.set_up(ModelSetup(name="tiny", weights=str(sd15)))


class TestStableDiffusionXL(Diffusion):
    @pytest.fixture
    def kind(self, sdxl: Path) -> type[ModelRunner]:
        return StableDiffusionXL.set_up(ModelSetup(name="tiny", weights=str(sdxl)))
