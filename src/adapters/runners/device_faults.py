"""What torch raises, in Darkroom's words."""

from collections.abc import Iterator
from contextlib import contextmanager

from domain.model.device_fault import fault_of
from domain.model.errors import DarkroomError, GpuOutOfMemory, InferenceFailed


@contextmanager
def device_faults(doing: str) -> Iterator[None]:
    """Torch's failures inside leave as `DeviceFault`, `GpuOutOfMemory` or `InferenceFailed`, cause
    kept: its own text may name paths. A torch built without CUDA raises AssertionError."""
    try:
        yield
    except (RuntimeError, MemoryError, AssertionError) as error:
        raise _known(error, doing) from error


def _known(error: Exception, doing: str) -> DarkroomError:
    fault = fault_of(error)
    if isinstance(fault, GpuOutOfMemory):
        return GpuOutOfMemory(f"The device ran out of memory while {doing}.")
    return fault or InferenceFailed(f"The model failed while {doing}.")
