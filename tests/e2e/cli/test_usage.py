"""What is refused before any work is done."""

from pathlib import Path

import pytest

from entrypoints.cli.destination import Destination, FileFormat
from entrypoints.cli.faults import ExitStatus, Fault, remedy_of, status_of
from entrypoints.cli.params import read_params
from tests.e2e.cli.terminal import told, typed


def test_a_missing_file() -> None:
    fault = told(typed("run", "invert", "nowhere.png"), 2)
    assert fault[0] == "Can't read nowhere.png."


@pytest.mark.parametrize("out", ["photo.png", "../{here}/photo.png", ".", "no/such/folder/o.png"])
def test_a_place_that_can_not_be_written(photo: Path, out: str) -> None:
    before = photo.read_bytes()
    out = out.format(here=photo.parent.name)
    fault = told(typed("run", "invert", "photo.png", "-o", out), 2)
    assert fault[0].startswith("Can't write ")
    assert photo.read_bytes() == before


@pytest.mark.parametrize("pair", ["strength", "=1", ""])
def test_a_parameter_without_a_value(photo: Path, pair: str) -> None:
    assert "key=value" in told(typed("run", "invert", str(photo), "--set", pair), 2)[1]


def test_parameters_are_json_where_they_can_be() -> None:
    assert read_params(["a=1", "b=true", "c=text", 'd="1"', "e=x=y", "f="]) == {
        "a": 1, "b": True, "c": "text", "d": "1", "e": "x=y", "f": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("output", "format", "name", "kind"),
    [
        (None, None, "a-m.png", "png"),
        (None, FileFormat.WEBP, "a-m.webp", "webp"),
        ("b.JPG", None, "b.JPG", "jpeg"),
        ("b.jpeg", FileFormat.PNG, "b.jpeg", "png"),
        ("b", None, "b", "png"),
    ],
)
def test_the_name_says_the_format_unless_told(
    output: str | None, format: FileFormat | None, name: str, kind: str
) -> None:
    found = Destination.of("m", Path("a.png"), Path(output) if output else None, format)
    assert (found.path, found.asked) == (Path(name), output is not None)
    assert found.format == kind


def test_a_file_that_can_not_be_written_is_told() -> None:
    with pytest.raises(Fault, match="Can't write"):
        Destination(Path("gone/o.png"), True, FileFormat.PNG).write(b"")


@pytest.mark.parametrize(
    ("code", "http_status", "exit_status"),
    [
        ("invalid_api_key", 401, ExitStatus.AUTH),
        ("rate_limited", 429, ExitStatus.LIMIT),
        ("overloaded", 503, ExitStatus.LIMIT),
        ("storage_unavailable", 503, ExitStatus.UNREACHABLE),
        ("unexpected_answer", 502, ExitStatus.UNREACHABLE),
        ("unknown_model", 422, ExitStatus.USAGE),
        ("task_failed", 409, ExitStatus.TASK_FAILED),
        ("internal_error", 500, ExitStatus.TASK_FAILED),
    ],
)
def test_each_kind_of_error_has_its_exit_status(
    code: str, http_status: int, exit_status: ExitStatus
) -> None:
    assert status_of(code, http_status) is exit_status


def test_remedies_are_those_of_the_catalogue() -> None:
    assert remedy_of("image_corrupt").startswith("Check that the file is complete")
    assert remedy_of("task_gone").startswith("Submit the request again")
    assert remedy_of("never_heard_of").startswith("Try again")


def test_an_unknown_command_is_a_usage_error() -> None:
    assert typed("runn").exit_code == 2
    assert typed("--help").exit_code == 0
