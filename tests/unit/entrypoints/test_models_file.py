"""The models file: what it may say, and what is said of a wrong one."""

from pathlib import Path
from typing import Any

import pytest

from domain.model.model_registry import ModelRegistry, Renewal
from domain.model.model_setup import Loading, Precision
from entrypoints.configuration import ConfigurationError
from entrypoints.container.embedded import build_embedded
from entrypoints.container.models import build_models
from entrypoints.settings import Settings

OWN = ["superres-x2", "superres-x4", "image-scoring", "invert"]
OF_OTHERS = ["esrgan-x2", "esrgan-x4", "sd15", "sdxl"]


@pytest.fixture(autouse=True)
def _own_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def built(text: str | None = None, **settings: Any) -> ModelRegistry:
    if text is not None:
        Path("models.yaml").write_text(text)
    return build_models(Settings(_env_file=None, **settings))


def test_without_a_file_there_are_the_built_in_models() -> None:
    models = built()
    assert [spec.name for spec in models] == OWN
    assert [each.spec.name for each in models.models] == OWN + OF_OTHERS
    missing = models.model("esrgan-x4")
    assert missing.unavailable == "There is no weights file RealESRGAN_x4plus.pth in MODELS_DIR."
    assert (missing.loading, models.model("invert").loading) == (Loading.LAZY, Loading.STARTUP)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "superres-x2:\n"])
def test_an_empty_file_or_entry_changes_nothing(text: str) -> None:
    assert [spec.name for spec in built(text)] == OWN


def test_an_entry_says_all_it_can() -> None:
    models = built(
        "mine:\n  runner: esrgan\n  weights: net.pth\n  precision: bf16\n  device_memory_mb: 900\n"
        "  load: lazy\n  limits:\n    max_pixels: 4000000\n  aliases: [upscale, best]\n",
        models_dir="elsewhere",
    )
    found = models.model("best")
    setup = found.runner.setup
    assert setup is not None
    assert (setup.name, setup.weights) == ("mine", "elsewhere/net.pth")
    assert (setup.precision, setup.device_memory_mb) == (Precision.BF16, 900)
    assert (found.spec.max_pixels, found.loading) == (4_000_000, Loading.LAZY)
    assert found.aliases == ("upscale", "best")
    assert found.unavailable == "There is no weights file net.pth in MODELS_DIR."


def test_an_entry_changes_of_a_built_in_model_what_it_names_and_no_more() -> None:
    models = built("esrgan-x4:\n  weights: /nets/own.pth\nsuperres-x2:\n  load: lazy\n")
    setup = models.model("esrgan-x4").runner.setup
    assert setup is not None
    assert setup.weights == "/nets/own.pth"
    assert models.model("esrgan-x4").loading is Loading.LAZY
    assert models.model("superres-x2").loading is Loading.LAZY
    assert models.spec("superres-x2").scale == 2


def test_a_runner_makes_as_many_models_as_there_are_entries() -> None:
    models = built("negative:\n  runner: invert\n  limits: {max_pixels: 100}\n")
    assert [spec.name for spec in models] == [*OWN, "negative"]
    assert models.spec("negative").max_pixels == 100
    assert models.spec("invert").max_pixels is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mine:\n  weigths: a.pth\n",
         "entry 'mine', field 'weigths': there is no such field; did you mean 'weights'?"),
        ("mine:\n  runner: esrgn\n",
         "entry 'mine', field 'runner': no runner is named 'esrgn'; did you mean 'esrgan'?"),
        ("mine:\n  weights: a.pth\n", "entry 'mine', field 'runner': no runner is named 'mine'"),
        ("mine:\n  runner: esrgan\n",
         "entry 'mine', field 'weights': esrgan needs the name of a .safetensors or .pth file"),
        ("invert:\n  weights: a.pth\n",
         "entry 'invert', field 'weights': the runner invert has no use for it"),
        ("invert:\n  load: late\n",
         "entry 'invert', field 'load': Input should be 'startup' or 'lazy' (got 'late')"),
        ("invert:\n  precision: fp8\n", "entry 'invert', field 'precision': Input should be"),
        ("invert:\n  device_memory_mb: 0\n", "field 'device_memory_mb': Input should be greater"),
        ("invert:\n  limits: {max_pixel: 4}\n",
         "field 'limits.max_pixel': there is no such field; did you mean 'max_pixels'?"),
        ("invert:\n  aliases: best\n", "entry 'invert', field 'aliases': Input should be a valid"),
        ("invert:\n  aliases: [superres-x2]\n",
         "entry 'invert', field 'aliases': two models are named 'superres-x2'"),
        ("invert: lazy\n", "entry 'invert' has to hold fields"),
        ("a b:\n  runner: invert\n", "a model can't be named 'a b'"),
        ("- invert\n", "has to hold models by their names"),
        ("invert: [\n", "can't be read: while parsing"),
        ("invert:\nmine: {runner: invert}\n\ninvert: {load: lazy}\n",
         "can't be read: line 4: 'invert' is there already, in line 1"),
        ("invert:\n  load: lazy\n  load: startup\n",
         "can't be read: line 3: 'load' is there already, in line 2"),
        ("1: {runner: invert}\n'1': {runner: invert}\n",
         "can't be read: line 2: '1' is there already, in line 1"),
    ],
    ids=range(18),
)  # fmt: skip
def test_a_wrong_entry_is_told_in_one_sentence(text: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        built(text)
    sentence = str(raised.value)
    assert sentence.startswith("MODELS_FILE: models.yaml")
    assert told in sentence
    assert "\n" not in sentence


def test_entries_may_share_what_an_anchor_names() -> None:
    models = built("a: &a {runner: invert, load: lazy}\nb: {<<: *a, load: startup}\nc: *a\n")
    assert [models.model(name).loading for name in "abc"] == ["lazy", "startup", "lazy"]


def test_a_file_that_somebody_named_has_to_be_there() -> None:
    with pytest.raises(ConfigurationError, match=r"MODELS_FILE: other\.yaml can't be read"):
        built(models_file="other.yaml")


def test_models_that_are_named_may_lack_their_weights() -> None:
    models = built(models="invert,esrgan-x2")
    assert [spec.name for spec in models] == ["invert"]
    assert [each.spec.name for each in models.models] == ["invert", "esrgan-x2"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"models": "superes-x2"}, "MODELS: no model is named 'superes-x2'; did you mean 'superre"),
        ({"default_model": "invrt"}, "DEFAULT_MODEL: no model is named 'invrt'; did you mean 'inv"),
        ({"default_model": "invert", "models": "superres-x2"}, "DEFAULT_MODEL: no model is named"),
    ],
    ids=["models", "default", "left out"],
)
def test_a_name_nobody_knows_names_its_variable(settings: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        built(**settings)
    assert str(raised.value).startswith(told)


def test_the_default_may_be_an_alias() -> None:
    models = built("invert:\n  aliases: [negative]\n", default_model="negative")
    assert models.asked(None).name == "invert"


@pytest.fixture
def lazy_early_broken() -> None:
    Path("models.yaml").write_text(
        "invert: {load: lazy}\nearly: {runner: invert}\n"
        "broken: {runner: esrgan, weights: gone.pth}\n"
    )


@pytest.mark.anyio
@pytest.mark.usefixtures("lazy_early_broken")
async def test_a_worker_loads_at_its_start_what_is_not_lazy_and_can_run() -> None:
    container = build_embedded(
        Settings(
            _env_file=None, app_env="TEST", inference_backend="device",
            models="invert,early,broken",
        )
    )  # fmt: skip
    inference = container.inference()
    await inference.start()
    try:
        assert list(inference.loaded) == ["early"]
        assert [inference.serves(name) for name in ("early", "invert", "broken")] == [
            True, True, False,
        ]  # fmt: skip
    finally:
        await inference.aclose()


def test_only_what_changed_is_set_up_anew() -> None:
    weights = Path("models/mine.pth")
    weights.parent.mkdir()
    weights.write_bytes(b"1")
    text = "mine: {runner: esrgan, weights: mine.pth}\nother: {runner: invert}\n"
    models = built(text)
    assert models.renew(built(text)) == Renewal()
    assert models.renew(built(text + "new: {runner: invert}\n")) == Renewal(added=("new",))
    changed = text.replace("invert", "invert, limits: {max_pixels: 9}")
    assert models.renew(built(changed)) == Renewal(changed=("other",), removed=("new",))
    weights.write_bytes(b"12")
    assert models.renew(built(changed)) == Renewal(changed=("mine",))


def test_what_a_model_takes_of_the_device_is_its_weights_and_a_pass() -> None:
    folder = Path("models/folder")
    folder.mkdir(parents=True)
    for part in ("unet", "vae"):
        (folder / part).write_bytes(bytes(2**20))
    text = "mine: {runner: esrgan, weights: folder, device_memory_mb: 7}\n"
    models = built(text)
    assert models.model("mine").memory_mb == 9
    assert models.model("invert").memory_mb is None
