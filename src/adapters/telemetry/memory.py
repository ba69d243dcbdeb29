"""Facts kept in the process, for whoever wants to look at them: tests first of all."""

from collections import deque
from collections.abc import Collection, Mapping

from domain.model.device import DeviceFacts
from domain.model.events import Event
from domain.model.priority import Priority
from ports.telemetry import Telemetry


class MemoryTelemetry(Telemetry):
    """`events`: the last `max_events` facts, oldest first. `depth`, `gpu` and `loaded`: as sampled
    last."""

    __slots__ = ("depth", "events", "gpu", "loaded")

    def __init__(self, max_events: int = 1_000) -> None:
        self.events: deque[Event] = deque(maxlen=max_events)
        self.depth: Mapping[Priority, int] = {}
        self.gpu: DeviceFacts | None = None
        self.loaded: Collection[str] = ()

    def record(self, event: Event) -> None:
        self.events.append(event)

    def sample_depth(self, depth: Mapping[Priority, int]) -> None:
        self.depth = dict(depth)

    def sample_device(self, gpu: DeviceFacts | None, loaded: Collection[str]) -> None:
        self.gpu, self.loaded = gpu, tuple(loaded)
