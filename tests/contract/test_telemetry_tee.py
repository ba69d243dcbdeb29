from collections.abc import Collection, Sequence

from adapters.telemetry.memory import MemoryTelemetry
from adapters.telemetry.tee import TeeTelemetry
from domain.model.device import DeviceFacts, DeviceUse
from domain.model.events import Event
from domain.model.stock import Stock
from ports.telemetry import Telemetry
from tests.contract.clauses.telemetry import TelemetryClauses


class FullDisk(Telemetry):
    """A listener whose every line ends in an error of the operating system."""

    def record(self, event: Event) -> None:
        raise OSError(28, "No space left on device")

    def sample_stock(self, stock: Stock) -> None:
        raise OSError(28, "No space left on device")

    def sample_device(
        self, gpu: DeviceFacts | None, loaded: Collection[str], use: DeviceUse
    ) -> None:
        raise OSError(28, "No space left on device")


class TestTeeTelemetry(TelemetryClauses):
    """One member of which fails each time."""

    def telemetry(self) -> Telemetry:
        self.kept = MemoryTelemetry()
        return TeeTelemetry([FullDisk(), self.kept])

    def held(self, telemetry: Telemetry) -> Sequence[str]:
        assert isinstance(telemetry, TeeTelemetry)
        return [ascii(event) for event in self.kept.events] + list(telemetry.failures)

    def labels(self, telemetry: Telemetry) -> Sequence[str]:
        return list(self.kept.stock.parts)
