"""The meter over NVML: with a driver that is played, and with the driver this machine has."""

import threading
from collections.abc import Callable, Iterator

import pynvml
import pytest

from adapters.devices.nvml import NvmlDeviceMeter, visible_gpu
from domain.model.device import DeviceFacts
from tests.contract.clauses.device_meter import DeviceMeterClauses
from tests.contract.nvml_library import MIB, Board, NvmlLibrary

Loaded = Callable[..., NvmlLibrary]

H200 = DeviceFacts(
    index=0, uuid="GPU-aaaa", name="NVIDIA H200", utilisation_percent=37,
    memory_used_bytes=1_000 * MIB, memory_total_bytes=143_771 * MIB, temperature_c=54,
    power_w=312.45, ecc_errors=0,
)  # fmt: skip


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> Loaded:
    """Makes pynvml find a library with these boards."""

    def load(*boards: Board) -> NvmlLibrary:
        library = NvmlLibrary(*boards)
        monkeypatch.setattr(pynvml, "nvmlLib", library)
        monkeypatch.setattr(pynvml, "_nvmlGetFunctionPointer_cache", {})
        return library

    return load


class TestOneGpu(DeviceMeterClauses):
    @pytest.fixture
    def told(self) -> DeviceFacts:
        return H200

    @pytest.fixture
    def meter(self, loaded: Loaded) -> NvmlDeviceMeter:
        loaded(Board())
        return NvmlDeviceMeter("0")


class TestNoGpu(DeviceMeterClauses):
    """The library is there, its driver is not loaded."""

    @pytest.fixture
    def told(self) -> DeviceFacts:
        return DeviceFacts(reason="NVML tells nothing: Driver Not Loaded.")

    @pytest.fixture
    def meter(self, loaded: Loaded) -> NvmlDeviceMeter:
        loaded()
        return NvmlDeviceMeter("0")


class TestThisMachine(DeviceMeterClauses):
    """No stand-in anywhere: what pynvml really does where there is no NVIDIA driver."""

    @pytest.fixture
    def told(self) -> DeviceFacts:
        try:
            pynvml.nvmlInit()
        except pynvml.NVMLError_LibraryNotFound:
            return DeviceFacts(reason="NVML tells nothing: NVML Shared Library Not Found.")
        pytest.skip("this machine has a GPU, whose figures change between two reads")

    @pytest.fixture
    def meter(self) -> NvmlDeviceMeter:
        return NvmlDeviceMeter("0")


pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("gpu", ["1", "GPU-bbbb"])
async def test_it_reads_the_gpu_that_was_named(loaded: Loaded, gpu: str) -> None:
    loaded(Board(), Board(index=1, uuid="GPU-bbbb", temperature_c=33))
    facts = await NvmlDeviceMeter(gpu).read()
    assert (facts.index, facts.uuid, facts.temperature_c) == (1, "GPU-bbbb", 33)


async def test_a_gpu_that_is_not_there_is_a_reason(loaded: Loaded) -> None:
    loaded(Board())
    assert await NvmlDeviceMeter("7").read() == DeviceFacts(reason="NVML tells nothing: Not Found.")


async def test_a_slice_tells_what_it_may(loaded: Loaded) -> None:
    """MIG: no utilisation and no temperature of its own; power wants a permission."""
    refuses = {
        "nvmlDeviceGetUtilizationRates": pynvml.NVML_ERROR_NOT_SUPPORTED,
        "nvmlDeviceGetTemperature": pynvml.NVML_ERROR_INVALID_ARGUMENT,
        "nvmlDeviceGetPowerUsage": pynvml.NVML_ERROR_NO_PERMISSION,
        "nvmlDeviceGetTotalEccErrors": pynvml.NVML_ERROR_FUNCTION_NOT_FOUND,
    }
    loaded(Board(uuid="MIG-cccc", refuses=refuses))
    assert await NvmlDeviceMeter("MIG-cccc").read() == DeviceFacts(
        index=0, uuid="MIG-cccc", name="NVIDIA H200", memory_used_bytes=1_000 * MIB,
        memory_total_bytes=143_771 * MIB,
    )  # fmt: skip


async def test_a_gpu_that_was_lost_is_a_reason_and_asked_anew_next_time(loaded: Loaded) -> None:
    board = Board()
    library, meter = loaded(board), NvmlDeviceMeter("0")
    assert (await meter.read()).reason is None
    board.refuses["nvmlDeviceGetTemperature"] = pynvml.NVML_ERROR_GPU_IS_LOST
    assert await meter.read() == DeviceFacts(reason="NVML tells nothing: GPU is lost.")
    board.refuses.clear()
    assert await meter.read() == H200
    assert library.inits == 2, "once at first, once after the loss, never for a beat"


@pytest.fixture
def released() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


async def test_a_driver_that_does_not_answer_holds_no_beat_up(
    loaded: Loaded, released: threading.Event
) -> None:
    library, asked = loaded(Board()), []

    def hang(name: str) -> None:
        asked.append(name)
        assert released.wait(60)

    library.before = hang
    meter = NvmlDeviceMeter("0", answer_s=0.05)
    for _ in range(3):
        assert await meter.read() == DeviceFacts(reason="NVML does not answer.")
    assert asked == ["nvmlInitWithFlags"], "it is not asked again while it owes an answer"


@pytest.mark.parametrize(
    ("device", "visible", "gpu"),
    [("cuda", None, "0"), ("cuda:1", None, "1"), ("cuda:0", "", "0"), ("cuda:0", "5", "5"),
     ("cuda:1", "2, GPU-aaaa", "GPU-aaaa"), ("cuda:3", "0,1", "3")],
)  # fmt: skip
def test_torchs_numbers_are_turned_into_nvmls(device: str, visible: str | None, gpu: str) -> None:
    assert visible_gpu(device, visible) == gpu
