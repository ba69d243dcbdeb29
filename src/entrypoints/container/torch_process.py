"""What a process that runs torch sets for itself, once, before it does."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress

from entrypoints.settings import Settings

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""malloc.h of glibc."""
KEPT_BYTES, FROM_SYSTEM_BYTES = 2**28, 2**25
"""The second is the most that glibc takes."""


def let_cores_rest() -> None:
    """OpenMP's threads, torch's on a CPU, would spin while they wait for each other, on cores that
    decoding and HTTP need: a pass takes up to five times as long then. Read when torch is loaded.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def keep_freed_memory() -> None:
    """A pass takes and frees megabytes many times over. glibc gives them back to the system each
    time, and the fresh pages of the next one cost up to twice what is computed in them. Up to
    256 MB are kept instead, in one heap for all threads; MALLOC_TRIM_THRESHOLD_ of the environment
    has its own way. Nothing happens on a C library without such switches."""
    if "MALLOC_TRIM_THRESHOLD_" in os.environ:
        return
    import ctypes

    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
        mallopt(M_MMAP_THRESHOLD, FROM_SYSTEM_BYTES)
        mallopt(M_ARENA_MAX, 1)


def torch_threads(settings: Settings) -> Callable[[], None]:
    """Sets the CPU threads of torch, on the device thread, once torch is wanted at all."""

    def apply() -> None:
        if torch := sys.modules.get("torch"):
            torch.set_num_threads(settings.torch_threads or os.cpu_count() or 1)

    return apply
