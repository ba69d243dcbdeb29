"""What NVIDIA's management library (NVML) knows of one GPU: the figures of nvidia-smi."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

import pynvml

from domain.model.device import DeviceFacts
from ports.device_meter import DeviceMeter

ANSWER_S = 2.0
GONE = (
    pynvml.NVMLError_DriverNotLoaded,
    pynvml.NVMLError_GpuIsLost,
    pynvml.NVMLError_ResetRequired,
    pynvml.NVMLError_Uninitialized,
)
"""After these there is nothing to ask any more."""

T = TypeVar("T")


class NvmlDeviceMeter(DeviceMeter):
    """`gpu`: an index as NVML counts, or a UUID (GPU-…, MIG-…)."""

    def __init__(self, gpu: str, answer_s: float = ANSWER_S) -> None:
        self._gpu, self._answer_s = gpu, answer_s
        self._asked: Future[DeviceFacts] | None = None
        self._opened = False

    async def read(self) -> DeviceFacts:
        """A driver whose GPU is gone may never answer: it is asked on a thread that can be left
        behind, and not again while it still owes an answer."""
        if self._asked is None or self._asked.done():
            self._asked = Future()
            Thread(target=self._answer, args=(self._asked,), name="nvml", daemon=True).start()
        answer = asyncio.wrap_future(self._asked)
        await asyncio.wait([answer], timeout=self._answer_s)
        return answer.result() if answer.done() else DeviceFacts(reason="NVML does not answer.")

    def _answer(self, asked: Future[DeviceFacts]) -> None:
        try:
            asked.set_result(self._read())
        except Exception as error:
            # Opened anew next time: a driver that was reloaded wants that.
            self._opened = False
            asked.set_result(DeviceFacts(reason=f"NVML tells nothing: {error}."))

    def _read(self) -> DeviceFacts:
        if not self._opened:
            pynvml.nvmlInit()
            self._opened = True
        return _facts(_handle(self._gpu))


def visible_gpu(device: str, visible: str | None) -> str:
    """Which GPU torch's `device` (cuda, cuda:0, …) is where `visible` (CUDA_VISIBLE_DEVICES) shows
    some of them only, as NVML knows it: by the machine's index or by UUID. The two count alike
    under CUDA_DEVICE_ORDER=PCI_BUS_ID, which each worker process has."""
    index = int(device.partition(":")[2] or 0)
    shown = [each.strip() for each in (visible or "").split(",") if each.strip()]
    return shown[index] if index < len(shown) else str(index)


def _handle(gpu: str) -> object:
    by_index = gpu.isdecimal()
    return (
        pynvml.nvmlDeviceGetHandleByIndex(int(gpu))
        if by_index
        else pynvml.nvmlDeviceGetHandleByUUID(gpu)
    )


def _facts(handle: object) -> DeviceFacts:
    memory = _told(lambda: pynvml.nvmlDeviceGetMemoryInfo(handle))
    power_mw = _told(lambda: pynvml.nvmlDeviceGetPowerUsage(handle))
    return DeviceFacts(
        index=_told(lambda: pynvml.nvmlDeviceGetIndex(handle)),
        uuid=_told(lambda: pynvml.nvmlDeviceGetUUID(handle)),
        name=_told(lambda: pynvml.nvmlDeviceGetName(handle)),
        utilisation_percent=_told(lambda: pynvml.nvmlDeviceGetUtilizationRates(handle).gpu),
        memory_used_bytes=memory and memory.used,
        memory_total_bytes=memory and memory.total,
        temperature_c=_told(
            lambda: pynvml.nvmlDeviceGetTemperature(handle, pynvml.NVML_TEMPERATURE_GPU)
        ),
        power_w=None if power_mw is None else power_mw / 1000,
        ecc_errors=_told(
            lambda: pynvml.nvmlDeviceGetTotalEccErrors(
                handle, pynvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED, pynvml.NVML_VOLATILE_ECC
            )
        ),
    )


def _told(ask: Callable[[], T]) -> T | None:
    """None where this GPU, this driver or this user's permissions do not give the answer."""
    try:
        return ask()
    except GONE:
        raise
    except pynvml.NVMLError:
        return None
