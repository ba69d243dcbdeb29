import pytest

from adapters.devices.memory import MemoryDeviceMeter
from domain.model.device import DeviceFacts
from tests.contract.clauses.device_meter import DeviceMeterClauses


@pytest.fixture
def meter(told: DeviceFacts | None) -> MemoryDeviceMeter:
    return MemoryDeviceMeter(told)


class TestCpu(DeviceMeterClauses):
    @pytest.fixture
    def told(self) -> None:
        return None


class TestKnownFacts(DeviceMeterClauses):
    @pytest.fixture
    def told(self) -> DeviceFacts:
        return DeviceFacts(index=0, temperature_c=40)


class TestUnknownFacts(DeviceMeterClauses):
    @pytest.fixture
    def told(self) -> DeviceFacts:
        return DeviceFacts(reason="Only CUDA devices are measured.")
