"""A telemetry on Prometheus, and what its registry says."""

from prometheus_client import CollectorRegistry

from adapters.telemetry.prometheus import PrometheusTelemetry
from domain.model.device import DeviceUse
from domain.model.events import Event
from domain.model.life_cycle import TaskPolicy, claim, new_task
from domain.model.priority import Priority
from domain.model.request import TaskRequest
from domain.model.retry import RetryPolicy
from domain.model.task import Moved, Result, Task

NOW = 1_700_000_000.0
POLICY = TaskPolicy(retry=RetryPolicy(max_attempts=2))
LAST_TRY = TaskPolicy(retry=RetryPolicy(max_attempts=1))
IDLE = DeviceUse()
RESULT = Result(key="results/a", content_type="image/png", bytes=1, sha256="ab")


class Scrape:
    """A telemetry that knows the model `echo`, and what its registry says."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.telemetry = PrometheusTelemetry(self.registry, ["echo"], "1.2.3", ["acme"])

    def after(self, *told: Event | Moved | Task) -> "Scrape":
        for fact in told:
            event = fact.event if isinstance(fact, Moved) else fact
            assert event is not None
            assert not isinstance(event, Task)
            self.telemetry.record(event)
        return self

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"darkroom_{name}", labels)


def waiting(model: str = "echo", priority: Priority = Priority.NORMAL) -> Task:
    return new_task("t-1", "acme", TaskRequest(model=model, priority=priority), NOW)


def claimed(at: float = NOW, policy: TaskPolicy = POLICY, **request: object) -> Moved:
    return claim(waiting(**request), at, "worker-1", policy)  # type: ignore[arg-type]
