"""What an exception says of the device."""

import pytest

from domain.model.device_fault import fault_of
from domain.model.errors import (
    DarkroomError,
    DeviceFault,
    DeviceMissing,
    GpuOutOfMemory,
    InferenceFailed,
)

HINT = "\nCUDA kernel errors might be asynchronously reported at some other API call."
LOST = {
    "assert": "CUDA error: device-side assert triggered",
    "address": "CUDA error: an illegal memory access was encountered",
    "launch": "CUDA error: unspecified launch failure",
    "ecc": "CUDA error: uncorrectable ECC error encountered",
    "misaligned": "CUDA error: misaligned address",
    "instruction": "CUDA error: an illegal instruction was encountered",
    "timeout": "CUDA error: the launch timed out and was terminated",
    "unknown": "CUDA error: unknown error",
    "driver": "CUDA driver error: an illegal memory access was encountered",
    "rocm": "HIP error: unspecified launch failure",
    "triton": "Triton Error [CUDA]: an illegal memory access was encountered",
    "cublas": "CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm(…)`",
    "cudnn": "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED_CUDART",
    "cupy": "cudaErrorIllegalAddress: an illegal memory access was encountered",
    "onnx": "[ONNXRuntimeError] : 1 : FAIL : CUDA failure 700: an illegal memory access",
}
MISSING = {
    "no torch": "Torch not compiled with CUDA enabled",
    "no driver": "Found no NVIDIA driver on your system. Please check that you have one.",
    "no gpu": "No CUDA GPUs are available",
    "old driver": "CUDA error: CUDA driver version is insufficient for CUDA runtime version",
    "ordinal": "CUDA error: invalid device ordinal",
    "kernels": "CUDA error: no kernel image is available for execution on the device",
}
HARMLESS = {
    "argument": "CUDA error: invalid argument",
    "configuration": "CUDA error: invalid configuration argument",
    "unsupported": "cuDNN error: CUDNN_STATUS_NOT_SUPPORTED",
    "shapes": "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)",
    "nothing": "",
}


class AcceleratorError(RuntimeError):
    """As torch's: a text and cudaError's number."""

    def __init__(self, text: str, error_code: int) -> None:
        super().__init__(text)
        self.error_code = error_code


class CudaError(RuntimeError):
    """As torch's own call of the CUDA runtime raises it: the bare words."""


class OutOfMemoryError(RuntimeError):
    """As torch's, which has this name alone in common with those of other libraries."""


def raised(error: BaseException, cause: BaseException | None) -> BaseException:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize("text", LOST.values(), ids=LOST)
def test_a_lost_device_is_known_by_its_words(text: str) -> None:
    assert type(fault_of(RuntimeError(text + HINT))) is DeviceFault


def test_the_name_of_the_exception_tells_where_the_words_come_from() -> None:
    words = "an illegal memory access was encountered (700)"
    assert type(fault_of(CudaError(words))) is DeviceFault
    assert fault_of(RuntimeError(words)) is None


@pytest.mark.parametrize("text", MISSING.values(), ids=MISSING)
def test_a_device_that_was_never_there_is_known_too(text: str) -> None:
    assert type(fault_of(RuntimeError(text))) is DeviceMissing


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS)
def test_an_error_that_leaves_the_device_usable_is_none(text: str) -> None:
    assert fault_of(RuntimeError(text)) is None


@pytest.mark.parametrize(
    ("code", "kind"),
    [(710, DeviceFault), (214, DeviceFault), (226, DeviceFault), (100, DeviceMissing)],
)
def test_the_number_counts_where_the_words_are_new(code: int, kind: type[DarkroomError]) -> None:
    assert type(fault_of(AcceleratorError("CUDA error: words of some later release", code))) is kind


def test_the_number_of_another_maker_means_nothing() -> None:
    assert fault_of(AcceleratorError("XPU error: something else", 710)) is None


@pytest.mark.parametrize("wrapped", [InferenceFailed(), ValueError("bad"), RuntimeError("worse")])
def test_a_lost_device_stays_lost_however_it_is_wrapped(wrapped: Exception) -> None:
    cause = raised(RuntimeError("between"), RuntimeError(LOST["assert"]))
    assert type(fault_of(raised(wrapped, cause))) is DeviceFault


def test_an_error_met_while_handling_the_first_hides_nothing() -> None:
    error = KeyError("cleaning up")
    error.__context__ = RuntimeError(LOST["launch"])
    assert type(fault_of(error)) is DeviceFault


def test_causes_in_a_ring_come_to_an_end() -> None:
    first, second = RuntimeError("first"), RuntimeError("second")
    raised(first, raised(second, first))
    assert fault_of(first) is None


def test_a_device_fault_is_itself() -> None:
    fault = DeviceFault("known already")
    assert fault_of(fault) is fault


@pytest.mark.parametrize(
    "error",
    [MemoryError(), OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
     RuntimeError("CUDA error: out of memory"),
     RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
     RuntimeError("DefaultCPUAllocator: can't allocate memory: …")],
    ids=["python", "torch", "cuda", "cublas", "cpu"],
)  # fmt: skip
def test_too_little_memory_is_no_lost_device(error: Exception) -> None:
    assert type(fault_of(error)) is GpuOutOfMemory


@pytest.mark.parametrize(
    "error",
    [ValueError("no such style: 'device-side assert triggered'"),
     InferenceFailed("CUDA error: device-side assert triggered")],
    ids=["repeats", "ours"],
)  # fmt: skip
def test_a_caller_ends_no_worker_by_choosing_words(error: Exception) -> None:
    assert fault_of(error) is None


def test_the_text_of_the_library_stays_inside() -> None:
    fault = fault_of(RuntimeError("CUDA error: misaligned address at /home/me/kernel.cu:12"))
    assert fault is not None
    assert fault.detail == "The device failed: misaligned address."
