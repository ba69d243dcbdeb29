"""What a submit may ask of sd15, judged where no torch is."""

from pathlib import Path
from typing import Any

import pytest

from adapters.runners.diffusion.runner import StableDiffusion15
from domain.model.errors import InvalidRequest
from domain.model.model_setup import ModelSetup
from domain.model.model_spec import Params


def checked(lora_folder: Path | None = None, **params: Any) -> Params:
    kind = StableDiffusion15.set_up(
        ModelSetup(name="sd15", weights="x", lora_folder=str(lora_folder) if lora_folder else None)
    )
    return kind.spec.validate(params)


def refused(lora_folder: Path | None = None, **params: Any) -> tuple[str, str]:
    """Pointer and detail of the one field that is wrong."""
    with pytest.raises(InvalidRequest) as raised:
        checked(lora_folder, **params)
    [error] = raised.value.errors
    return error.pointer, error.detail


def test_what_a_client_leaves_out() -> None:
    assert checked() == {
        "resolution": None, "steps": 50, "cfg_scale": 7.5, "sampler": "Euler", "seed": None,
        "num_images": 1, "strength": None, "lora_name": None, "lora_weight": 1.0, "clip_skip": 0,
        "control_preprocessor": "none", "control_weight": 1.0,
    }  # fmt: skip


@pytest.mark.parametrize("text", ["512x768", "512×768", "512X768"])
def test_a_resolution_in_every_spelling_is_one(text: str) -> None:
    assert checked(resolution=text)["resolution"] == "512x768"


@pytest.mark.parametrize(
    "text",
    ["0x0", "512*512", "99999x99999", "513x512", "512", "512x", "-512x512", "56x64", "2056x64",
     "1024x1032", "512x512x512", " 512x512", "", "５１２x512"],
)  # fmt: skip
def test_a_wrong_resolution_is_told_what_is_allowed(text: str) -> None:
    pointer, detail = refused(resolution=text)
    assert pointer == "/params/resolution"
    assert "like 512x768" in detail
    assert "multiples of 8 from 64 to 2048, and together at most 1048576 pixels" in detail


def test_the_operator_sets_the_limit_of_pixels() -> None:
    setup = ModelSetup(name="small", weights="x", max_pixels=64 * 128)
    spec = StableDiffusion15.set_up(setup).spec
    assert spec.validate({"resolution": "64x128"})["resolution"] == "64x128"
    with pytest.raises(InvalidRequest, match="at most 8192 pixels"):
        spec.validate({"resolution": "128x128"})
    assert spec.max_pixels is None, "an image that comes in is scaled"


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("steps", -1, "greater than or equal to 1"),
        ("steps", 151, "less than or equal to 150"),
        ("steps", 2.5, "integer"),
        ("cfg_scale", 31, "less than or equal to 30"),
        ("cfg_scale", float("nan"), "less than or equal to 30"),
        ("seed", -1, "greater than or equal to 0"),
        ("seed", 2**53, f"less than or equal to {2**53 - 1}"),
        ("num_images", 5, "less than or equal to 4"),
        ("strength", 0, "greater than 0"),
        ("lora_weight", 5, "less than or equal to 4"),
        ("control_preprocessor", "depth", "'none' or 'canny'"),
        ("sampler", "Magic", "'Euler', 'Euler a', 'DPM++ 2M', 'DPM++ 2M Karras'"),
        ("sampler", 3, "'Euler', 'Euler a'"),
    ],
)
def test_a_wrong_value_is_told_which_are_right(field: str, value: Any, allowed: str) -> None:
    pointer, detail = refused(**{field: value})
    assert pointer == f"/params/{field}"
    assert allowed in detail


@pytest.mark.parametrize(
    ("spelling", "name"),
    [("euler_a", "Euler a"), ("dpm++ 2m karras", "DPM++ 2M Karras"), ("ddim", "DDIM"),
     ("Uni-PC", "UniPC")],
)  # fmt: skip
def test_a_sampler_is_known_in_small_letters_too(spelling: str, name: str) -> None:
    assert checked(sampler=spelling)["sampler"] == name


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", "styles/ink", "", ".", "..", "ink\x00", "other", "INK"]
)
def test_a_lora_is_one_of_those_that_lie_there(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.safetensors").touch()
    (tmp_path / "lora" / "styles").mkdir(parents=True)
    for file in ("ink.safetensors", "oil.safetensors", "old.ckpt", "styles/ink.safetensors"):
        (tmp_path / "lora" / file).touch()
    pointer, detail = refused(tmp_path / "lora", lora_name=name)
    assert (pointer, detail) == ("/params/lora_name", "No such LoRA. Known: ink, oil.")
    assert checked(tmp_path / "lora", lora_name="ink")["lora_name"] == "ink"
    assert checked(tmp_path / "lora", lora_name="ink.safetensors")["lora_name"] == "ink"


def test_without_a_folder_there_is_no_lora(tmp_path: Path) -> None:
    for folder in (None, tmp_path / "missing"):
        assert refused(folder, lora_name="ink")[1] == "No such LoRA. Known: none."


def test_only_a_request_with_a_seed_is_answered_by_an_earlier_one() -> None:
    spec = StableDiffusion15.spec
    assert not spec.deterministic(checked())
    assert spec.deterministic(checked(seed=0))
