from collections.abc import Sequence

from prometheus_client import CollectorRegistry, generate_latest

from adapters.telemetry.prometheus import PrometheusTelemetry
from ports.telemetry import Telemetry
from tests.contract.clauses.telemetry import TelemetryClauses


class TestPrometheusTelemetry(TelemetryClauses):
    def telemetry(self) -> Telemetry:
        self.registry = CollectorRegistry()
        return PrometheusTelemetry(self.registry, ["echo", "upscale"], "1.2.3")

    def held(self, telemetry: Telemetry) -> Sequence[str]:
        return generate_latest(self.registry).decode().splitlines()

    def labels(self, telemetry: Telemetry) -> Sequence[str]:
        samples = (s for family in self.registry.collect() for s in family.samples)
        return [value for sample in samples for value in sample.labels.values()]
