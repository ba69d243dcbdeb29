"""Freed memory is used again."""

import os
import subprocess
import sys

import pytest

FAULTS = """
from resource import RUSAGE_SELF, getrusage
from threading import Thread
from adapters.kept_memory import keep_freed_memory

def faults(times=50):
    before = getrusage(RUSAGE_SELF).ru_minflt
    for _ in range(times):
        bytearray(b"x") * 8_000_000
    return (getrusage(RUSAGE_SELF).ru_minflt - before) / times

def on_a_thread():
    fresh = faults()
    keep_freed_memory(2**28)
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
