"""A stand-in for libnvidia-ml.so.1, the C library: pynvml itself, with its structures, its error
classes and its checks, runs as it does in production. This is the one place of the tests where a
driver is played: no machine of ours has one."""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pynvml

OK = 0
MIB = 2**20


@dataclass
class Board:
    """One GPU. `refuses`: C functions that end with an NVML error, and which."""

    index: int = 0
    uuid: str = "GPU-aaaa"
    name: str = "NVIDIA H200"
    utilisation_percent: int = 37
    memory_used_bytes: int = 1_000 * MIB
    memory_total_bytes: int = 143_771 * MIB
    temperature_c: int = 54
    power_mw: int = 312_450
    ecc_errors: int = 0
    refuses: dict[str, int] = field(default_factory=dict)


class NvmlLibrary:
    """Functions by their C names, as `getattr` finds them on a loaded library. `inits` counts how
    often it was opened; `before`: called at the start of each function."""

    def __init__(self, *boards: Board) -> None:
        self.boards, self.inits = boards, 0
        self.before: Callable[[str], None] = lambda _name: None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Each a plain function, for pynvml sets attributes on them as ctypes allows."""
        if name.startswith("__") or f"_{name}" not in dir(type(self)):
            raise AttributeError(name)

        def call(*args: Any) -> Any:
            self.before(name)
            return getattr(self, f"_{name}")(*args)

        return call

    def _nvmlErrorString(self, code: int) -> bytes:  # noqa: N802 - its name in C
        return f"NVML error {code}".encode()

    def _nvmlInitWithFlags(self, _flags: int) -> int:  # noqa: N802
        self.inits += 1
        return OK if self.boards else pynvml.NVML_ERROR_DRIVER_NOT_LOADED

    def _nvmlDeviceGetHandleByIndex_v2(self, index: Any, handle: Any) -> int:  # noqa: N802
        return self._found(lambda board: board.index == index.value, handle)

    def _nvmlDeviceGetHandleByUUID(self, uuid: Any, handle: Any) -> int:  # noqa: N802
        return self._found(lambda board: board.uuid.encode() == uuid.value, handle)

    def _found(self, wanted: Callable[[Board], bool], handle: Any) -> int:
        for number, board in enumerate(self.boards, 1):
            if wanted(board):
                # A handle is an opaque pointer: here the board's number, for 0 is NULL.
                ctypes.cast(handle, ctypes.POINTER(ctypes.c_void_p))[0] = number
                return OK
        return int(pynvml.NVML_ERROR_NOT_FOUND)

    def _board(self, handle: Any) -> Board:
        return self.boards[ctypes.cast(handle, ctypes.c_void_p).value - 1]  # type: ignore[operator]

    def _number(self, function: str, handle: Any, into: Any, value: int) -> int:
        board = self._board(handle)
        if function not in board.refuses:
            into._obj.value = value
        return board.refuses.get(function, OK)

    def _nvmlDeviceGetIndex(self, handle: Any, into: Any) -> int:  # noqa: N802
        return self._number("nvmlDeviceGetIndex", handle, into, self._board(handle).index)

    def _nvmlDeviceGetUUID(self, handle: Any, text: Any, _size: Any) -> int:  # noqa: N802
        text.value = self._board(handle).uuid.encode()
        return OK

    def _nvmlDeviceGetName(self, handle: Any, text: Any, _size: Any) -> int:  # noqa: N802
        text.value = self._board(handle).name.encode()
        return OK

    def _nvmlDeviceGetTemperature(self, handle: Any, _sensor: Any, into: Any) -> int:  # noqa: N802
        board = self._board(handle)
        return self._number("nvmlDeviceGetTemperature", handle, into, board.temperature_c)

    def _nvmlDeviceGetPowerUsage(self, handle: Any, into: Any) -> int:  # noqa: N802
        return self._number("nvmlDeviceGetPowerUsage", handle, into, self._board(handle).power_mw)

    def _nvmlDeviceGetTotalEccErrors(  # noqa: N802
        self, handle: Any, _kind: Any, _counter: Any, into: Any
    ) -> int:
        board = self._board(handle)
        return self._number("nvmlDeviceGetTotalEccErrors", handle, into, board.ecc_errors)

    def _nvmlDeviceGetUtilizationRates(self, handle: Any, into: Any) -> int:  # noqa: N802
        board = self._board(handle)
        into._obj.gpu = board.utilisation_percent
        return board.refuses.get("nvmlDeviceGetUtilizationRates", OK)

    def _nvmlDeviceGetMemoryInfo(self, handle: Any, into: Any) -> int:  # noqa: N802
        board = self._board(handle)
        into._obj.used, into._obj.total = board.memory_used_bytes, board.memory_total_bytes
        return board.refuses.get("nvmlDeviceGetMemoryInfo", OK)
