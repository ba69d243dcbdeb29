from collections.abc import Sequence

from prometheus_client import CollectorRegistry, generate_latest

from adapters.telemetry.prometheus import PrometheusTelemetry
from domain.model.device import DeviceUse
from domain.model.events import ModelsReloaded
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


def test_a_model_that_comes_later_has_its_own_series_too() -> None:
    registry = CollectorRegistry()
    telemetry = PrometheusTelemetry(registry, ["echo"], "1.2.3")
    telemetry.record(ModelsReloaded(added=("late",), changed=(), removed=("echo",)))
    telemetry.sample_device(None, ["late"], DeviceUse(busy_s=0, call_s=0))
    held = generate_latest(registry).decode()
    assert 'darkroom_tasks_total{model="late",outcome="success"} 0.0' in held
    assert 'darkroom_model_loaded{model="late"} 1.0' in held
    assert 'darkroom_model_loaded{model="echo"} 0.0' in held
