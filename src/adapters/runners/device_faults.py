"""What torch raises, in Darkroom's words."""

from collections.abc import Iterator
from contextlib import contextmanager

from domain.model.errors import GpuOutOfMemory, InferenceFailed

ALLOCATOR_WORDS = ("out of memory", "not enough memory", "can't allocate memory")
"""The CPU allocator has no exception class of its own."""


@contextmanager
def device_faults(doing: str) -> Iterator[None]:
    """Torch's failures inside leave as `GpuOutOfMemory` or `InferenceFailed`, cause kept: its own
    text may name paths. A torch built without CUDA raises AssertionError."""
    try:
        yield
    except (RuntimeError, MemoryError, AssertionError) as error:
        if _is_out_of_memory(error):
            raise GpuOutOfMemory(f"The device ran out of memory while {doing}.") from error
        raise InferenceFailed(f"The model failed while {doing}.") from error


def _is_out_of_memory(error: Exception) -> bool:
    """Whether less at once could succeed."""
    import torch

    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(w in str(error) for w in ALLOCATOR_WORDS)
