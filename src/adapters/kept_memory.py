"""Memory that is used again without asking the system."""

import ctypes
import os
from contextlib import suppress

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""malloc.h of glibc."""
FROM_SYSTEM_BYTES = 2**25
"""The most that glibc takes: what is larger comes from the system each time."""


def keep_freed_memory(most_bytes: int) -> None:
    """Pictures and tensors take and free megabytes many times over. glibc gives them back to the
    system each time, and the fresh pages of the next ones cost up to twice what is computed in
    them. From now on up to `most_bytes` are kept instead, in one heap for all threads of this
    process; MALLOC_TRIM_THRESHOLD_ of the environment has its own way. Nothing happens on a C
    library without such switches."""
    if "MALLOC_TRIM_THRESHOLD_" in os.environ:
        return
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_TRIM_THRESHOLD, most_bytes)
        mallopt(M_MMAP_THRESHOLD, FROM_SYSTEM_BYTES)
        mallopt(M_ARENA_MAX, 1)
