"""LoRA files of both formats, taken on and off, and never touching what is painted beside them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import save_file
from torch import ones

from adapters.runners.diffusion.lora_rack import ROOM, LoraRack
from adapters.runners.diffusion.runner import DiffusionRunner, StableDiffusionXL
from domain.model.errors import InferenceFailed
from domain.model.model_setup import ModelSetup
from tests.contract.runners.diffusion.lora_files import (
    KOHYA_XL,
    RANK,
    random_lora,
    saved_diffusers,
    saved_kohya,
)
from tests.contract.runners.diffusion.works import Studio, apart, pictures_of

BOTH = random_lora(1, "unet", "text_encoder")
UNET, TEXT = random_lora(2, "unet"), random_lora(3, "text_encoder")
NAMES = ("both", "unet", "text", "kohya-both", "kohya-text")


@pytest.fixture(scope="module", autouse=True)
def files(lora_folder: Path) -> Iterator[None]:
    made = [
        saved_diffusers(BOTH, lora_folder / "both.safetensors"),
        saved_diffusers(UNET, lora_folder / "unet.safetensors"),
        saved_diffusers(TEXT, lora_folder / "text.safetensors"),
        saved_kohya(BOTH, lora_folder / "kohya-both.safetensors", alpha=RANK / 2),
        saved_kohya(TEXT, lora_folder / "kohya-text.safetensors", alpha=RANK),
    ]
    yield
    for file in made:
        file.unlink()


def rack(studio: Studio) -> LoraRack:
    runner = studio.runner
    assert isinstance(runner, DiffusionRunner)
    assert runner._painter is not None
    return runner._painter._loras


@pytest.mark.parametrize("name", NAMES)
def test_a_lora_changes_the_picture_by_its_weight(studio: Studio, name: str) -> None:
    without, whole = studio.pixels(), studio.pixels(lora_name=name)
    half = studio.pixels(lora_name=name, lora_weight=0.5)
    assert apart(whole, without) > 5
    assert apart(half, without) > 5
    assert apart(half, whole) > 5
    assert apart(studio.pixels(lora_name=name, lora_weight=0), without) <= 1


@pytest.mark.parametrize(
    ("kohya", "diffusers", "weight"), [("kohya-both", "both", 0.5), ("kohya-text", "text", 1.0)]
)
def test_kohyas_format_is_the_same_lora_scaled_by_its_alpha(
    studio: Studio, kohya: str, diffusers: str, weight: float
) -> None:
    expected = studio.pixels(lora_name=diffusers, lora_weight=weight)
    assert apart(studio.pixels(lora_name=kohya), expected) <= 1


def test_neighbours_are_painted_as_if_they_were_alone(studio: Studio) -> None:
    """One that changes both networks between two that change one each, and none of them."""
    alone = {name: studio.pixels(lora_name=name) for name in (None, "unet", "text", "both")}
    for name in (None, "both", "unet", "both", "text", None, "text", "unet", None):
        assert apart(studio.pixels(lora_name=name), alone[name]) <= 1, name


def test_loras_and_weights_do_not_share_a_batch(studio: Studio) -> None:
    asked: list[dict[str, Any]] = [
        {}, {"lora_name": "both"}, {"lora_name": "both", "lora_weight": 0.5}, {"lora_name": "unet"},
    ]  # fmt: skip
    works = [studio.work(**each) for each in asked]
    keys = {studio.runner.batch_key(studio.runner.prepare(work)) for work in works}
    assert len(keys) == len(asked)


def test_a_batch_with_a_lora_is_what_each_would_be_alone(studio: Studio) -> None:
    works = [studio.work("a cat", seed=1, lora_name="both"),
             studio.work("a dog", seed=2, lora_name="both")]  # fmt: skip
    alone = [pictures_of(studio.painted(work))[0] for work in works]
    together = pictures_of(studio.painted(*works))
    assert all(apart(one, other) <= 1 for one, other in zip(together, alone, strict=True))


def test_only_the_last_ones_stay_loaded(studio: Studio) -> None:
    assert len(NAMES) > ROOM
    first = studio.pixels(lora_name=NAMES[0])
    for name in NAMES:
        studio.pixels(lora_name=name)
    assert rack(studio).names == NAMES[-ROOM:]
    within = set(rack(studio)._pipeline.get_list_adapters()["text_encoder"])
    assert len(within) <= ROOM
    assert apart(studio.pixels(lora_name=NAMES[0]), first) <= 1


def test_the_manifest_names_the_file(studio: Studio) -> None:
    [made] = studio.painted(studio.work(lora_name="both", lora_weight=0.25))
    told = made.data["lora"]
    assert (told["name"], told["weight"], len(told["sha256"])) == ("both", 0.25, 64)
    assert studio.painted(studio.work())[0].data["lora"] is None


def test_sdxl_wears_them_on_both_its_text_encoders(sdxl_folder: Path, lora_folder: Path) -> None:
    whole = random_lora(4, "unet", "text_encoder", "text_encoder_2")
    whole["unet"] = {name: each for name, each in whole["unet"].items() if "attn1" in name}
    for part, layers in whole.items():
        saved_diffusers({part: layers}, lora_folder / f"xl-{part}.safetensors")
    saved_diffusers(whole, lora_folder / "xl.safetensors")
    saved_kohya(whole, lora_folder / "xl-kohya.safetensors", RANK / 2, KOHYA_XL)
    setup = ModelSetup(name="xl", weights=str(sdxl_folder), lora_folder=str(lora_folder))
    made = Studio(StableDiffusionXL.set_up(setup))  # type: ignore[arg-type]
    without = made.pixels()
    for part in whole:
        assert apart(made.pixels(lora_name=f"xl-{part}"), without) > 1, part
    half = made.pixels(lora_name="xl", lora_weight=0.5)
    assert apart(half, without) > 5
    assert apart(made.pixels(lora_name="xl-kohya"), half) <= 1
    assert apart(made.pixels(), without) <= 1
    made.runner.release()
    for file in lora_folder.glob("xl*"):
        file.unlink()


def test_a_file_that_was_replaced_is_read_again(studio: Studio, lora_folder: Path) -> None:
    path = saved_diffusers(UNET, lora_folder / "mine.safetensors")
    before = studio.pixels(lora_name="mine")
    saved_diffusers(random_lora(9, "unet", "text_encoder"), path)
    assert apart(studio.pixels(lora_name="mine"), before) > 5
    path.unlink()


def test_a_file_that_does_not_fit_fails_its_task_alone(studio: Studio, lora_folder: Path) -> None:
    before, expected = rack(studio).names, studio.pixels()
    other = lora_folder / "other.safetensors"
    for tensors, why in (
        ({"lora_unet_nothing_here.weight": ones(3)}, "does not fit this model"),
        ({"unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora_A.weight":
          ones(2, 5),
          "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora_B.weight":
          ones(5, 2)}, "does not fit this model"),
    ):  # fmt: skip
        save_file(tensors, other)
        with pytest.raises(InferenceFailed, match=why) as raised:
            studio.pixels(lora_name="other")
        assert not raised.value.retryable
    other.write_bytes(b"no such file")
    with pytest.raises(InferenceFailed, match="does not fit this model"):
        studio.pixels(lora_name="other")
    work = studio.work(lora_name="other")
    other.unlink()
    with pytest.raises(InferenceFailed, match="its file is gone"):
        studio.painted(work)
    assert set(rack(studio).names) <= set(before)
    assert apart(studio.pixels(), expected) <= 1
