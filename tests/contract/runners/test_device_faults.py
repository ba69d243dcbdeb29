import pytest
import torch

from adapters.runners.device_faults import device_faults
from domain.model.errors import (
    DarkroomError,
    DeviceFault,
    DeviceMissing,
    GpuOutOfMemory,
    InferenceFailed,
)


@pytest.mark.parametrize(
    ("raised", "named"),
    [
        (torch.OutOfMemoryError("CUDA out of memory"), GpuOutOfMemory),
        (MemoryError(), GpuOutOfMemory),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: …"), GpuOutOfMemory),
        (RuntimeError("/usr/lib/layer.cpp: shapes do not fit"), InferenceFailed),
        (AssertionError("a broken promise"), InferenceFailed),
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


@pytest.mark.parametrize(
    ("raised", "named"),
    [
        (torch.AcceleratorError("CUDA error: device-side assert triggered"), DeviceFault),
        (torch.AcceleratorError("CUDA error: unspecified launch failure"), DeviceFault),
        (AssertionError("Torch not compiled with CUDA enabled"), DeviceMissing),
    ],
    ids=["assert", "launch", "no cuda"],
)
def test_torch_says_that_the_device_is_lost(raised: Exception, named: type[DarkroomError]) -> None:
    with pytest.raises(DeviceFault) as caught, device_faults("testing"):
        raise raised
    assert type(caught.value) is named
    assert caught.value.__cause__ is raised


def test_a_torch_without_cuda_says_so_when_it_is_asked_for_one() -> None:
    """The very exception of the installed torch, not one like it."""
    if torch.version.cuda is not None:
        pytest.skip("this torch has CUDA")
    with pytest.raises(DeviceMissing), device_faults("testing"):
        torch.zeros(1, device="cuda:0")
