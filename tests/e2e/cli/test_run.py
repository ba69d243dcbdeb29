"""`darkroom run`: real HTTP, in this process."""

import json
import re
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from domain.model.errors import InferenceFailed
from entrypoints.cli.ephemeral import ephemeral
from tests.e2e.cli.terminal import told, typed


def test_a_file_in_a_file_out(photo: Path) -> None:
    result = typed("run", "invert", str(photo), "-o", "out.webp", "--set", "strength=0.5")
    assert result.exit_code == 0, result.output
    with Image.open("out.webp") as made:
        assert (made.format, made.size) == ("WEBP", (40, 30))
    last = result.stdout.splitlines()[-1]
    assert re.fullmatch(r"out\.webp  40x30  \d+ bytes  \d+\.\d s  [0-9a-f-]{36}", last)
    assert "starting one" in result.stderr


@pytest.mark.usefixtures("pointed")
def test_without_a_name_the_file_lies_beside_the_picture(photo: Path) -> None:
    result = typed("run", "invert", str(photo), "--quiet", "--format", "jpeg")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    with Image.open(photo.with_name("photo-invert.jpg")) as made:
        assert made.format == "JPEG"


@pytest.mark.usefixtures("pointed")
def test_a_watermark_is_laid_over_the_result(photo: Path) -> None:
    large = Image.open(photo).resize((400, 300))
    large.save(photo)
    plain = typed("run", "invert", str(photo), "-o", "plain.png")
    marked = typed("run", "invert", str(photo), "-o", "marked.png", "--watermark", "© Acme")
    assert (plain.exit_code, marked.exit_code) == (0, 0), marked.output
    with Image.open("plain.png") as before, Image.open("marked.png") as after:
        box = ImageChops.difference(before, after).getbbox()
    assert box is not None
    assert box[0] > 200
    assert box[2:] == (380, 280)


def test_the_service_for_one_command_brings_the_upscaler(photo: Path) -> None:
    result = typed("run", "invert", str(photo), "-o", "o.png", "--upscale", "2", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["model"] == "invert"
    with Image.open("o.png") as made:
        assert made.size == (80, 60)


@pytest.mark.usefixtures("pointed")
def test_a_server_without_an_upscaler_says_what_it_needs(photo: Path) -> None:
    fault = told(typed("run", "invert", str(photo), "--upscale", "2"), 2)
    assert "superres-x2" in " ".join(fault)


@pytest.mark.usefixtures("pointed")
def test_json_is_the_task_and_where_the_file_lies(photo: Path) -> None:
    document = json.loads(typed("run", "invert", str(photo), "-o", "o.png", "--json").stdout)
    assert (document["path"], document["status"]) == ("o.png", "SUCCESS")
    assert document["result"]["size"] == [40, 30]


@pytest.mark.usefixtures("pointed")
def test_a_picture_that_breaks_fails_the_task(photo: Path) -> None:
    photo.write_bytes(photo.read_bytes()[:60])
    fault = told(typed("run", "invert", str(photo), "-o", "o.png"), 1)
    assert fault[0] == "invert did not finish: image_corrupt"
    assert "complete" in fault[2]
    assert not Path("o.png").exists()


@pytest.mark.usefixtures("pointed")
def test_a_file_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    fault = told(typed("run", "invert", "notes.txt"), 2)
    assert fault[0] == "The server refused: unsupported_image_format"
    assert "request " in fault[3]


@pytest.mark.usefixtures("pointed")
def test_a_wrong_parameter_names_its_field(photo: Path) -> None:
    fault = told(typed("run", "invert", str(photo), "--set", "strenght=1"), 2)
    assert fault[1].startswith("why: /params/strenght")
    assert "strength" in fault[1]


def test_an_unknown_model_names_the_known_ones(photo: Path) -> None:
    fault = told(typed("run", "inverts", str(photo)), 2)
    assert "inverts" in fault[0]
    assert "superres-x4" in fault[1]


@pytest.mark.usefixtures("pointed")
def test_time_is_up(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrypoints.cli.run.Darkroom.wait", _never)
    fault = told(typed("run", "invert", str(photo), "--timeout", "0.1"), 7)
    assert "--timeout" in fault[2]


def _never(*_: object) -> None:
    raise TimeoutError("Task t is STARTED after 0.1 s.")


def test_the_stack_serves_one_model_from_memory_and_ends(photo: Path) -> None:
    with ephemeral("invert") as service, service.client() as darkroom:
        assert [model["name"] for model in darkroom.models()] == ["invert"]
        assert darkroom.is_ready()
    with service.client() as darkroom:
        assert not darkroom.is_ready()
    assert list(photo.parent.iterdir()) == [photo]


def test_a_model_that_does_not_load_is_told_not_hung(
    photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFERENCE_BACKEND", "device")
    monkeypatch.setattr("entrypoints.container.adapters.torch_threads", lambda _: None)
    monkeypatch.setattr("adapters.runners.invert.InvertRunner.load", _no_weights)
    fault = told(typed("run", "invert", str(photo)), 1)
    assert fault[1] == "why: no weights"


def _no_weights(*_: object) -> None:
    raise InferenceFailed("no weights")
