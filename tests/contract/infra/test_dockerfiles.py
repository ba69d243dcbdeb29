"""The images, as far as they can be judged without an engine."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.contract.infra.stack import DOCKERFILES, ROOT, services

EACH = pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.stem)


@EACH
def test_hadolint_has_nothing_to_say(file: Path) -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    checked = subprocess.run([hadolint, file], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@EACH
def test_its_image_is_pinned_and_runs_as_nobody_in_particular(file: Path) -> None:
    text = file.read_text()
    for image in re.findall(r"^FROM (\S+)", text, re.MULTILINE):
        assert re.search(r":\d+\.\d+\.\d+-", image), image
    last = text.rpartition("FROM ")[2]
    assert re.search(r"^USER 10001$", last, re.MULTILINE)


@EACH
def test_what_it_copies_exists_and_is_not_ignored(file: Path) -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines()
               if line.startswith("!")}  # fmt: skip
    for line in re.findall(r"^COPY (?!--from)(.+)$", file.read_text(), re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert source in allowed, source


@EACH
def test_packages_come_from_a_lock_with_hashes(file: Path) -> None:
    """But for torch, whose builds differ, and for Darkroom itself."""
    for install in re.findall(r"pip install [^&\n]+", file.read_text()):
        locked = "--require-hashes -r" in install
        assert locked or "-r requirements-torch.txt" in install or "--no-deps ." in install


def test_the_gateways_image_has_no_torch() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert not re.search(r"^(torch|nvidia-cu|triton)", lock, re.MULTILINE)
    assert "torch.txt" not in (ROOT / "infra/docker/api.Dockerfile").read_text()
    assert services()["gateway"]["build"]["dockerfile"] == "infra/docker/api.Dockerfile"


def test_images_can_trace() -> None:
    """What OTEL_* ask for is there, in the versions of everything else."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = (ROOT / "infra/docker/otel.in").read_text().splitlines()[1:]
    assert asked == extras["optional-dependencies"]["otel"]
    pins = [re.findall(r"^(\S+)==(\S+)", path.read_text(), re.MULTILINE)
            for path in (ROOT / "requirements.lock", ROOT / "infra/docker/otel.lock")]  # fmt: skip
    runtime, added = map(dict, pins)
    assert {name: pin for name, pin in added.items() if runtime.get(name, pin) != pin} == {}
    for image in ("api", "worker"):
        assert "-r otel.lock" in (ROOT / f"infra/docker/{image}.Dockerfile").read_text()
