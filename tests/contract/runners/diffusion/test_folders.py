"""Folders as diffusers saves them, and what is no such folder."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copytree, rmtree
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from adapters.runners.diffusion.acceleration import accelerate
from adapters.runners.diffusion.folder import digest_of
from adapters.runners.diffusion.runner import (
    BYTES_PER_PX,
    DiffusionRunner,
    StableDiffusion15,
    StableDiffusionXL,
)
from domain.model.errors import ContentFiltered, ModelUnavailable
from domain.model.model_setup import Accelerator, ModelSetup, Precision, SetupError
from tests.contract.runners.diffusion.tiny import saved_safety_checker
from tests.contract.runners.diffusion.works import Studio, apart, noise, pictures_of
from tests.contract.services import require_program


def set_up(folder: Path, **more: Any) -> type[DiffusionRunner]:
    kind = StableDiffusion15.set_up(ModelSetup(name="mine", weights=str(folder), **more))
    assert issubclass(kind, DiffusionRunner)
    return kind


@pytest.fixture
def own(sd15_folder: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    return copytree(sd15_folder, tmp_path / "mine")


def test_a_folder_is_a_must() -> None:
    with pytest.raises(SetupError) as raised:
        StableDiffusion15.set_up(ModelSetup(name="mine"))
    assert raised.value.field == "weights"


def cut_short(folder: Path) -> None:
    file = folder / "unet" / "diffusion_pytorch_model.safetensors"
    file.write_bytes(file.read_bytes()[:-10])


def pickled(folder: Path) -> None:
    for file in (folder / "vae").glob("*.safetensors"):
        file.rename(file.with_suffix(".bin"))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (rmtree, "There is no folder mine in MODELS_DIR."),
        (lambda f: (f / "model_index.json").unlink(), "mine has no model_index.json: is it a"),
        (lambda f: (f / "model_index.json").write_text("{"), "mine: model_index.json is damaged."),
        (lambda f: (f / "model_index.json").write_text("[]"), "mine: model_index.json is damaged."),
        (lambda f: rmtree(f / "vae"), "mine has no folder vae, which its model_index.json names."),
        (pickled, "mine/vae has no weights as .safetensors."),
        (cut_short, "diffusion_pytorch_model.safetensors is cut short, damaged"),
    ],
    ids=["missing", "no index", "damaged", "list", "no vae", "pickle", "cut"],
)  # fmt: skip
def test_a_wrong_folder_is_not_available_and_says_why(
    own: Path, spoil: Callable[[Path], object], reason: str
) -> None:
    assert set_up(own).unavailable is None
    spoil(own)
    unavailable = set_up(own).unavailable
    assert unavailable is not None
    assert unavailable.startswith(reason)
    assert str(own.parent) not in unavailable


def test_another_family_is_told(sd15_folder: Path) -> None:
    kind = StableDiffusionXL.set_up(ModelSetup(name="xl", weights=str(sd15_folder)))
    assert kind.unavailable == (
        f"{sd15_folder.name} is a StableDiffusionPipeline; "
        "this runner takes a StableDiffusionXLPipeline."
    )


def test_a_controlnet_that_is_none_is_told(sd15_folder: Path) -> None:
    kind = set_up(sd15_folder, controlnet=str(sd15_folder / "unet"))
    assert kind.unavailable == "unet is a UNet2DConditionModel, not a ControlNetModel."


def test_the_hash_tells_folders_apart(own: Path, sd15_folder: Path) -> None:
    assert digest_of(own) == digest_of(sd15_folder)
    config = own / "scheduler" / "scheduler_config.json"
    config.write_text(config.read_text() + "\n")
    assert digest_of(own) != digest_of(sd15_folder)


def test_half_precision_files_alone_are_enough(own: Path, studio: Studio) -> None:
    for file in own.rglob("*.safetensors"):
        file.rename(file.with_suffix(f".fp16{file.suffix}"))
    made = Studio(set_up(own))
    assert apart(made.pixels(), studio.pixels()) <= 1
    made.runner.release()


@pytest.mark.parametrize("precision", [Precision.FP16, Precision.BF16])
def test_half_precision_paints_about_the_same(
    own: Path, studio: Studio, precision: Precision
) -> None:
    made = Studio(set_up(own, precision=precision))
    [told] = made.painted(made.work())
    assert told.data["precision"] == precision.value
    gaps = abs(told.pictures[0].pixels.astype(int) - studio.pixels())
    assert 0 < gaps.mean() < 8
    made.runner.release()


def test_compiling_is_of_the_network_of_each_step_and_changes_nothing() -> None:
    """A small one: compiling a whole pipeline takes minutes on a busy processor."""
    require_program("g++")
    network, values = nn.Linear(4, 4), torch.ones(2, 4)
    before = network(values)
    accelerate(SimpleNamespace(unet=network), Accelerator.COMPILE)
    assert network._compiled_call_impl is not None
    assert torch.allclose(network(values), before)
    plain = nn.Linear(4, 4)
    accelerate(SimpleNamespace(unet=plain), Accelerator.NONE)
    assert plain._compiled_call_impl is None


def test_an_accelerator_that_is_not_installed_names_the_extra(own: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"pip install 'darkroom\[tensorrt\]'"):
        set_up(own, accelerator=Accelerator.TENSORRT)().load("cpu")


@pytest.mark.parametrize(("threshold", "withheld"), [(-2.0, True), (2.0, False)])
def test_the_safety_checker_of_a_folder_judges(own: Path, threshold: float, withheld: bool) -> None:
    saved_safety_checker(own, threshold)
    for setting in (None, True, False):
        made = Studio(set_up(own, safety_checker=setting))
        if withheld and setting is not False:
            with pytest.raises(ContentFiltered):
                made.painted(made.work())
        else:
            assert made.pixels().std() > 0
        made.runner.release()


def test_a_safety_checker_that_is_not_there_can_not_be_wished_for(sd15_folder: Path) -> None:
    kind = set_up(sd15_folder, safety_checker=True)
    assert kind.unavailable == f"{sd15_folder.name} has no safety checker."


def test_sdxl_paints_on_every_ground(sdxl_folder: Path) -> None:
    kind = StableDiffusionXL.set_up(ModelSetup(name="sdxl", weights=str(sdxl_folder)))
    assert issubclass(kind, DiffusionRunner)
    studio = Studio(kind)
    base = studio.pixels()
    for pictures in ({"image": noise(64, 64)}, {"image": noise(64, 64), "mask": noise(64, 64)}):
        made = pictures_of(studio.painted(studio.work(pictures=pictures)))[0]
        assert apart(made, base) > 5
    assert apart(studio.pixels(clip_skip=1), base) > 1
    assert apart(studio.pixels(negative_prompt="a dog"), base) > 1
    works = [studio.work(seed=1), studio.work("a dog", seed=2, num_images=2)]
    together = pictures_of(studio.painted(*works))
    assert apart(together[0], base) <= 1
    assert apart(together[2], studio.pixels("a dog", seed=3)) <= 1
    assert studio.runner.prepare(studio.work(resolution=None)).size == (1024, 1024)
    studio.runner.release()


def test_the_index_may_hold_more_than_parts(own: Path) -> None:
    index = json.loads((own / "model_index.json").read_text())
    (own / "model_index.json").write_text(json.dumps({**index, "note": "mine", "list": [1, 2, 3]}))
    assert set_up(own).unavailable is None


JUDGED = """
import sys
from adapters.runners.diffusion.runner import StableDiffusion15
from domain.model.model_setup import ModelSetup

kind = StableDiffusion15.set_up(ModelSetup(name="mine", weights=sys.argv[1]))
assert kind.unavailable is None
assert kind.spec.validate({"resolution": "512x512", "sampler": "ddim"})["sampler"] == "DDIM"
heavy = {"torch", "diffusers", "transformers", "numpy", "PIL", "safetensors"} & set(sys.modules)
assert not heavy, heavy
"""


def test_a_gateway_judges_folder_and_params_without_a_models_library(sd15_folder: Path) -> None:
    command = [sys.executable, "-c", JUDGED, str(sd15_folder)]
    env = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    ended = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_the_devices_memory_bounds_a_batch(sd15_folder: Path) -> None:
    made = Studio(set_up(sd15_folder, device_memory_mb=100))
    assert made.runner.budget_px == 100 * 2**20 / (4 * BYTES_PER_PX)
    made.runner.release()
