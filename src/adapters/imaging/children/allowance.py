"""What one job may take of the machine, and what a child may take for all its life."""

import resource
import sys
from dataclasses import dataclass
from math import ceil

_PROGRAM_BYTES = 256 << 20
"""The interpreter with numpy and Pillow maps 110 MiB."""

_WORN_CPU_S = 600
_WORN_BYTES = 256 << 20
_LAST_CPU_S = 3600


@dataclass(frozen=True, slots=True)
class Allowance:
    """`cpu_s`: processor time. `memory_bytes`: address space, the program's own included."""

    cpu_s: int
    memory_bytes: int

    @property
    def wall_s(self) -> float:
        """Longer than `cpu_s`, since a child shares its core with the whole worker."""
        return 3.0 * self.cpu_s


def for_decoding(max_pixels: int, file_bytes: int) -> Allowance:
    """Measured at 64 megapixels: at most 26 bytes a pixel (a WebP with alpha, to be turned
    upright) and 6 s (CMYK by its profile). The time is meant for machines a few times slower."""
    memory_bytes = _PROGRAM_BYTES + 28 * max_pixels + 4 * file_bytes
    return Allowance(10 + max_pixels // 4_000_000, memory_bytes)


def for_encoding(pixels: int) -> Allowance:
    """Measured at 64 megapixels of noise with alpha, as WebP: 38 bytes a pixel and 14 s."""
    return Allowance(10 + pixels // 1_000_000, _PROGRAM_BYTES + 42 * pixels)


def confine() -> None:
    """This process, for good: no core files, no descriptors to spare, and an end to its processor
    time, should nobody be left to end it."""
    _limit(resource.RLIMIT_CORE, 0, 0)
    _limit(resource.RLIMIT_NOFILE, 32, 32)
    _limit(resource.RLIMIT_CPU, _LAST_CPU_S, _LAST_CPU_S)


def grant(allowance: Allowance) -> None:
    """This process, for the job it begins now. Past the processor time SIGXCPU ends it; past the
    memory a `MemoryError` is raised."""
    _limit(resource.RLIMIT_CPU, ceil(_used_cpu_s()) + allowance.cpu_s)
    if sys.platform == "linux":  # macOS has the limit and refuses to set it
        _limit(resource.RLIMIT_AS, allowance.memory_bytes)


def worn() -> bool:
    """Whether this process, between two jobs, had better be replaced soon: libraries leak."""
    return _used_cpu_s() > _WORN_CPU_S or _resident_bytes() > _WORN_BYTES


def _limit(which: int, soft: int, hard: int = resource.RLIM_INFINITY) -> None:
    """Never raises the hard limit: the operator may have set a lower one."""
    soft, hard = _lower(soft, hard), _lower(hard, resource.getrlimit(which)[1])
    resource.setrlimit(which, (_lower(soft, hard), hard))


def _lower(one: int, other: int) -> int:
    """Of two limits; RLIM_INFINITY is a negative number."""
    return min(one, other, key=lambda limit: limit if limit >= 0 else float("inf"))


def _used_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _resident_bytes() -> int:
    if sys.platform != "linux":
        return 0
    with open("/proc/self/statm", "rb") as sizes:
        return int(sizes.read().split()[1]) * resource.getpagesize()
