"""`darkroom models`, and somebody's own weights by three lines of YAML."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.contract.runners.diffusion.tiny import saved_sd15
from tests.contract.runners.esrgan.nets import random_tensors, saved, sequential
from tests.e2e.cli.terminal import told, typed

THREE_LINES = "my-upscaler:\n  runner: esrgan\n  weights: mine.pth\n"


@pytest.fixture(autouse=True)
def _all_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only the one that the profile serves: a list without a name means all of them."""
    monkeypatch.setenv("MODELS", ",")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    (tmp_path / "models.yaml").write_text(THREE_LINES)
    (tmp_path / "models").mkdir()
    return saved(sequential(random_tensors()), tmp_path / "models" / "mine.pth")


@pytest.mark.usefixtures("mine")
def test_three_lines_plug_in_somebodys_own_file(photo: Path) -> None:
    result = typed("run", "my-upscaler", str(photo), "-o", "big.png")
    assert result.exit_code == 0, result.output
    with Image.open("big.png") as made:
        assert made.size == (160, 120)
    shown = json.loads(typed("models", "info", "my-upscaler").stdout)
    assert (shown["available"], shown["scale"]) == (True, 4)
    assert (shown["load"], shown["precision"]) == ("startup", None)
    assert shown["memory_mb"] > 0
    assert shown["setup"]["weights"] == "models/mine.pth"


def test_a_model_without_its_weights_is_listed_with_the_reason(photo: Path) -> None:
    listed = typed("models", "ls")
    assert listed.exit_code == 0
    assert "esrgan-x4" in [line.split()[0] for line in listed.stdout.splitlines()]
    reason = "There is no weights file RealESRGAN_x4plus.pth in MODELS_DIR."
    assert f"esrgan-x4 is not available: {reason}" in listed.stderr
    fault = told(typed("run", "esrgan-x4", str(photo)), 3)
    assert fault[0] == "esrgan-x4 can't run here."
    assert reason in fault[1]


def test_check_tells_state_and_leaves_a_status_for_scripts(mine: Path) -> None:
    good = typed("models", "check")
    assert good.exit_code == 0, good.output
    states = dict(re.split(r"  +", line)[::2] for line in good.stdout.splitlines())
    assert states["my-upscaler"] == states["invert"] == "ok"
    assert states["esrgan-x4"].startswith("There is no weights file")
    mine.write_bytes(mine.read_bytes()[:-100])
    bad = typed("models", "check")
    assert bad.exit_code == 1
    assert "mine.pth is cut short, damaged, or not what its name says." in bad.stdout


def test_check_loads_what_its_head_says_can_be(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELS", "my-upscaler,invert")
    good = typed("models", "check", "--load")
    assert good.exit_code == 0, good.output
    monkeypatch.setattr(
        "adapters.runners.esrgan.weights.load_network", raising(RuntimeError("no such layer"))
    )
    assert typed("models", "check").exit_code == 0
    bad = typed("models", "check", "--load")
    assert bad.exit_code == 1
    states = dict(re.split(r"  +", line)[::2] for line in bad.stdout.splitlines())
    assert states["my-upscaler"] == "RuntimeError: no such layer"
    assert states["invert"] == "ok"


def raising(error: Exception) -> Callable[[Path], None]:
    def fail(_path: Path) -> None:
        raise error

    return fail


@pytest.mark.parametrize("words", [("models", "check"), ("models",), ("config", "check"), ("up",)])
def test_a_wrong_models_file_stops_the_start(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "models.yaml").write_text(THREE_LINES.replace("weights", "wieghts"))
    why = told(typed(*words), 3)[1]
    assert why == (
        "why: MODELS_FILE: models.yaml: entry 'my-upscaler', field 'wieghts': "
        "there is no such field; did you mean 'weights'?"
    )


def test_an_unknown_model_is_told() -> None:
    assert told(typed("models", "info", "inverse"), 2)[0] == "No model is named 'inverse'."


def test_three_lines_plug_in_somebodys_own_diffusers_folder(tmp_path: Path) -> None:
    saved_sd15(tmp_path / "models" / "my-folder")
    (tmp_path / "models.yaml").write_text("my-model:\n  runner: sd15\n  weights: my-folder\n")
    asked = ("--set", "resolution=64x72", "--set", "steps=2", "--set", "seed=1")
    result = typed("run", "my-model", "--prompt", "a cat", *asked)
    assert result.exit_code == 0, result.output
    with Image.open("my-model.png") as made:
        assert made.size == (64, 72)
    shown = json.loads(typed("models", "info", "my-model").stdout)
    assert (shown["available"], shown["input"]["required"]) == (True, ["prompt"])


def test_a_model_that_needs_a_picture_says_so_where_none_is_named() -> None:
    assert "image" in "".join(told(typed("run", "invert"), 2))
