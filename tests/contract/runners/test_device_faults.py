import pytest
import torch

from adapters.runners.device_faults import device_faults
from domain.model.errors import DarkroomError, GpuOutOfMemory, InferenceFailed


@pytest.mark.parametrize(
    ("raised", "named"),
    [
        (torch.OutOfMemoryError("CUDA out of memory"), GpuOutOfMemory),
        (MemoryError(), GpuOutOfMemory),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: …"), GpuOutOfMemory),
        (RuntimeError("/usr/lib/kernel.cu: unspecified launch failure"), InferenceFailed),
        (AssertionError("Torch not compiled with CUDA enabled"), InferenceFailed),
    ],
)
def test_torch_speaks_our_words_and_keeps_its_own_to_itself(
    raised: Exception, named: type[DarkroomError]
) -> None:
    with pytest.raises(DarkroomError) as caught, device_faults("testing"):
        raise raised
    assert type(caught.value) is named
    assert caught.value.__cause__ is raised
    assert "while testing" in caught.value.detail
    assert "/usr" not in caught.value.detail
