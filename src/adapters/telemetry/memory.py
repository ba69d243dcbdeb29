"""Facts kept in the process, for whoever wants to look at them: tests first of all."""

from collections import deque
from collections.abc import Collection

from domain.model.device import DeviceFacts, DeviceUse
from domain.model.events import Event
from domain.model.stock import Stock
from ports.telemetry import Telemetry


class MemoryTelemetry(Telemetry):
    """`events`: the last `max_events` facts, oldest first. `stock`, `gpu`, `loaded` and `use`: as
    sampled last."""

    __slots__ = ("events", "gpu", "loaded", "stock", "use")

    def __init__(self, max_events: int = 1_000) -> None:
        self.events: deque[Event] = deque(maxlen=max_events)
        self.stock = Stock()
        self.gpu: DeviceFacts | None = None
        self.loaded: Collection[str] = ()
        self.use = DeviceUse()

    def record(self, event: Event) -> None:
        self.events.append(event)

    def sample_stock(self, stock: Stock) -> None:
        self.stock = stock

    def sample_device(
        self, gpu: DeviceFacts | None, loaded: Collection[str], use: DeviceUse
    ) -> None:
        self.gpu, self.loaded, self.use = gpu, tuple(loaded), use
