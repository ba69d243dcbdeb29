"""What an exception says of the device, read off its words: whoever asks needs no torch for it.

A CUDA context that met one of `LOST` answers every later call with the same error, and only a new
process gets a new context ("the process must be terminated and relaunched", CUDA Runtime API,
cudaError). Texts are those of cudaGetErrorString, numbers those of cudaError_t; torch passes both
on (`AcceleratorError.error_code`), other libraries the text alone.
"""

import re
from collections.abc import Iterator, Mapping

from domain.model.errors import DarkroomError, DeviceFault, DeviceMissing, GpuOutOfMemory

LOST: Mapping[int, str] = {
    3: "initialization error",
    4: "driver shutting down",
    46: "device(s) is/are busy or unavailable",
    201: "invalid device context",
    214: "uncorrectable ECC error",
    220: "uncorrectable NVLink error",
    226: "Invalid access of peer GPU memory over nvlink or a hardware error",
    700: "illegal memory access",
    702: "the launch timed out and was terminated",
    709: "context is destroyed",
    710: "device-side assert triggered",
    714: "hardware stack error",
    715: "illegal instruction",
    716: "misaligned address",
    717: "operation not supported on global/shared address space",
    718: "invalid program counter",
    719: "unspecified launch failure",
    802: "system not yet initialized",
    999: "unknown error",
}
LOST_WORDS = (
    *LOST.values(), "_STATUS_EXECUTION_FAILED", "_STATUS_MAPPING_ERROR", "_EXEC_FAILED",
    "GPU is lost", "device is lost", "fallen off the bus",
)  # fmt: skip
"""cuBLAS, cuDNN and cuFFT tell the status of the kernel that died, not why it did."""

MISSING: Mapping[int, str] = {
    35: "driver version is insufficient",
    100: "no CUDA-capable device is detected",
    101: "invalid device ordinal",
    209: "no kernel image is available",
    803: "unsupported display driver / cuda driver combination",
}
MISSING_WORDS = (
    *MISSING.values(), "Torch not compiled with CUDA enabled", "Found no NVIDIA driver",
    "No CUDA GPUs are available", "The NVIDIA driver on your system is too old",
)  # fmt: skip

MEMORY_WORDS = ("out of memory", "not enough memory", "can't allocate memory", "_ALLOC_FAILED")
"""The CPU's allocator has no exception class of its own."""

SPEAKERS = re.compile(
    r"CUDA|HIP |cu(BLAS|DNN|FFT|SOLVER|SPARSE)|MIOpen|NCCL|Triton Error|\[ONNXRuntimeError\]"
    r"|Torch not|Found no NVIDIA|No CUDA|The NVIDIA driver",
    re.IGNORECASE,
)
"""How the libraries begin what they say of a device, or name the exceptions that say it. One that
merely repeats a caller's words begins otherwise, so that nobody ends a worker by a prompt."""


def fault_of(error: BaseException) -> DarkroomError | None:
    """`DeviceFault` where the device is lost to this process (`DeviceMissing` where it never had
    one), also when some other exception was raised from that; `GpuOutOfMemory` where less at once
    could succeed; None where `error` has nothing to do with the device. Never quotes the text:
    it may name paths."""
    for each in _and_its_causes(error):
        if isinstance(each, DeviceFault):
            return each
        if words := _said(each, MISSING, MISSING_WORDS):
            return DeviceMissing(f"This process can't use its device: {words}.")
        if words := _said(each, LOST, LOST_WORDS):
            return DeviceFault(f"The device failed: {words.strip('_')}.")
    return GpuOutOfMemory() if _is_out_of_memory(error) else None


def _and_its_causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or at.__context__


def _said(error: BaseException, codes: Mapping[int, str], words: tuple[str, ...]) -> str | None:
    text, kind = str(error), type(error).__name__
    if isinstance(error, DarkroomError) or not (SPEAKERS.match(text) or SPEAKERS.match(kind)):
        return None
    known = codes.get(getattr(error, "error_code", 0))
    return known or next((each for each in words if each.lower() in text.lower()), None)


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in MEMORY_WORDS)
