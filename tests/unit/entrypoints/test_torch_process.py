"""What is set for torch before it is loaded."""

import os
import subprocess
import sys

import pytest

from entrypoints.container.embedded import build_embedded
from entrypoints.settings import Settings


@pytest.mark.parametrize(("asked", "set_to"), [(None, "PASSIVE"), ("ACTIVE", "ACTIVE")])
def test_waiting_threads_leave_their_core_unless_told_otherwise(
    asked: str | None, set_to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "")  # so that it is put back afterwards
    if asked is None:
        monkeypatch.delenv("OMP_WAIT_POLICY")
    else:
        monkeypatch.setenv("OMP_WAIT_POLICY", asked)
    settings = Settings(_env_file=None, app_env="TEST", inference_backend="device")
    build_embedded(settings).inference()
    assert os.environ["OMP_WAIT_POLICY"] == set_to


FAULTS = """
from resource import RUSAGE_SELF, getrusage
from threading import Thread
from entrypoints.container.torch_process import keep_freed_memory

def faults(times=50):
    before = getrusage(RUSAGE_SELF).ru_minflt
    for _ in range(times):
        bytearray(b"x") * 8_000_000
    return (getrusage(RUSAGE_SELF).ru_minflt - before) / times

def on_a_thread():
    fresh = faults()
    keep_freed_memory()
    faults(1)
    print(fresh, faults())

thread = Thread(target=on_a_thread)
thread.start()
thread.join()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's switches")
def test_memory_that_was_freed_is_used_again_without_the_system() -> None:
    told = subprocess.run(
        [sys.executable, "-c", FAULTS], check=True, capture_output=True, text=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": "src", "MALLOC_MMAP_THRESHOLD_": "131072"},
    )  # fmt: skip
    fresh, kept = map(float, told.stdout.split())
    assert fresh > 1000 > 100 > kept
