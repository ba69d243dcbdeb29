from collections.abc import Sequence

from adapters.telemetry.memory import MemoryTelemetry
from ports.telemetry import Telemetry
from tests.contract.clauses.telemetry import TelemetryClauses


class TestMemoryTelemetry(TelemetryClauses):
    def telemetry(self) -> Telemetry:
        return MemoryTelemetry()

    def held(self, telemetry: Telemetry) -> Sequence[str]:
        assert isinstance(telemetry, MemoryTelemetry)
        return [ascii(event) for event in telemetry.events]

    def labels(self, telemetry: Telemetry) -> Sequence[str]:
        assert isinstance(telemetry, MemoryTelemetry)
        return list(telemetry.stock.parts)
