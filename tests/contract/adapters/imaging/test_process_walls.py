"""What a child can reach and what can reach it."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.imaging.pillow import PillowImaging
from adapters.imaging.processes import ProcessImaging
from domain.model.picture import ImageLimits
from tests.contract.adapters.imaging.child_watch import (
    busy_child,
    children,
    gone,
    told_by_kernel,
    until,
)
from tests.contract.clauses.imaging_files import photo, saved

ROOT = Path(__file__).parents[4]
PHOTO = saved(photo(), "PNG")


@pytest.fixture
async def imaging(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ProcessImaging]:
    """Started by a process with a secret in its environment and a descriptor to give away."""
    monkeypatch.setenv("S3_SECRET_KEY", "never told")
    reading, writing = os.pipe()
    os.set_inheritable(reading, True)
    adapter = ProcessImaging(PillowImaging(), processes=1)
    await adapter.start()
    await adapter.decode(PHOTO, ImageLimits())
    yield adapter
    await adapter.aclose()
    os.close(reading)
    os.close(writing)


@pytest.mark.anyio
async def test_a_child_holds_its_link_and_our_stderr_alone(imaging: ProcessImaging) -> None:
    held = Path(f"/proc/{children()[0]}/fd")
    # It has answered, and lets the pixels of its answer go now.
    until(lambda: sorted(os.listdir(held)) == ["0", "1", "2"])
    assert os.readlink(held / "0").startswith("socket:")
    assert os.readlink(held / "1") == os.devnull


@pytest.mark.anyio
async def test_a_child_knows_no_secret(imaging: ProcessImaging) -> None:
    environment = told_by_kernel(children()[0], "environ")
    assert "PYTHONPATH=" in environment
    assert "never told" not in environment


@pytest.mark.anyio
@pytest.mark.parametrize("meant_for_us", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_child_ends_when_its_parent_says_so(
    imaging: ProcessImaging, meant_for_us: signal.Signals
) -> None:
    before = children()
    os.kill(before[0], meant_for_us)
    await imaging.decode(PHOTO, ImageLimits())
    assert children() == before


@pytest.mark.anyio
async def test_a_child_has_limits(imaging: ProcessImaging) -> None:
    limits = told_by_kernel(children()[0], "limits").splitlines()
    rows = {line[:25].strip(): line[25:].split()[:2] for line in limits}
    assert rows["Max core file size"] == ["0", "0"]
    assert rows["Max open files"] == ["32", "32"]
    assert "unlimited" not in rows["Max address space"][0]


def test_a_child_loads_nothing_it_does_not_need() -> None:
    script = "import sys, adapters.imaging.children.main; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", script], env={"PYTHONPATH": f"{ROOT}/src"}, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    loaded = {name.partition(".")[0] for name in run.stdout.split()}
    assert {"PIL", "numpy"} <= loaded
    assert loaded & {"torch", "asyncio", "ssl", "pydantic", "entrypoints", "ports"} == set()


@pytest.mark.parametrize("state", ["idle", "busy"])
def test_no_child_outlives_a_killed_parent(state: str) -> None:
    """A busy one finishes its job first, in the processor time that job has."""
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.contract.adapters.imaging.imaging_process", state],
        cwd=ROOT, env={"PYTHONPATH": f"{ROOT}/src:{ROOT}"}, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        left = [busy_child(parent.pid)] if state == "busy" else children(parent.pid)
        assert left
    finally:
        parent.kill()
        parent.communicate()
    until(lambda: all(map(gone, left)))
