from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.runners.diffusion.runner import DiffusionRunner, StableDiffusion15
from domain.model.model_setup import ModelSetup
from tests.contract.runners.diffusion.works import Studio


@pytest.fixture(scope="session")
def sd15_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.contract.runners.diffusion.tiny import saved_sd15

    return saved_sd15(tmp_path_factory.mktemp("sd15") / "tiny-sd15")


@pytest.fixture(scope="session")
def sdxl_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.contract.runners.diffusion.tiny import saved_sdxl

    return saved_sdxl(tmp_path_factory.mktemp("sdxl") / "tiny-sdxl")


@pytest.fixture(scope="session")
def controlnet_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.contract.runners.diffusion.tiny import saved_controlnet

    return saved_controlnet(tmp_path_factory.mktemp("controlnet") / "tiny-canny")


@pytest.fixture(scope="session")
def lora_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lora")


@pytest.fixture(scope="session")
def studio(sd15_folder: Path, lora_folder: Path) -> Iterator[Studio]:
    """A loaded runner that all tests share: nothing that one paints may touch another."""
    setup = ModelSetup(name="sd15", weights=str(sd15_folder), lora_folder=str(lora_folder))
    kind = StableDiffusion15.set_up(setup)
    assert issubclass(kind, DiffusionRunner)
    made = Studio(kind)
    yield made
    made.runner.release()


@pytest.fixture(scope="session")
def steered(sd15_folder: Path, controlnet_folder: Path) -> Iterator[Studio]:
    """The same with a ControlNet."""
    setup = ModelSetup(name="sd15", weights=str(sd15_folder), controlnet=str(controlnet_folder))
    kind = StableDiffusion15.set_up(setup)
    assert issubclass(kind, DiffusionRunner)
    made = Studio(kind)
    yield made
    made.runner.release()
