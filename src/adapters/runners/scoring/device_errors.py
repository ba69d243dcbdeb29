"""torch's exceptions in the words of the domain."""

from collections.abc import Iterator
from contextlib import contextmanager

from domain.model.errors import GpuOutOfMemory, InferenceFailed, ModelError


@contextmanager
def device_errors() -> Iterator[None]:
    """Raises `GpuOutOfMemory` or `InferenceFailed` for what torch raises, cause kept.

    A torch built without CUDA raises AssertionError. Messages of ours reach people, so torch's
    own text, which may name paths, stays in the cause.
    """
    try:
        yield
    except (RuntimeError, MemoryError, AssertionError) as error:
        raise _named(error) from error


def _named(error: Exception) -> ModelError:
    import torch

    words = "can't allocate memory"  # the CPU allocator has no exception type of its own
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or words in str(error):
        return GpuOutOfMemory()
    return InferenceFailed()
