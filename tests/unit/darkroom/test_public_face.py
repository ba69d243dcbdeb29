"""`from darkroom import …`: everything is there, and costs only what it needs."""

import subprocess
import sys

import pytest

import darkroom


@pytest.mark.parametrize("name", darkroom.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(darkroom, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Darkrom"):
        darkroom.Darkrom  # noqa: B018


def test_a_runner_module_imports_no_http_library() -> None:
    code = (
        "import sys; from darkroom import ModelRunner, ModelSpec, Picture, DarkroomProblem; "
        "print([name for name in ('httpx2', 'numpy', 'torch', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
