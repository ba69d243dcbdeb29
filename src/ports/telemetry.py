"""Where facts go to be counted and written down."""

from abc import ABC, abstractmethod
from collections.abc import Collection

from domain.model.device import DeviceFacts, DeviceUse
from domain.model.events import Event
from domain.model.stock import Stock


class Telemetry(ABC):
    """Never raises and never blocks: telling must not harm what is told of."""

    __slots__ = ()

    @abstractmethod
    def record(self, event: Event) -> None:
        """Count it, time it, log it: the adapter's choice. Label values are closed sets."""

    @abstractmethod
    def sample_stock(self, stock: Stock) -> None:
        """How the whole service stands now: one process tells it for all of them."""

    @abstractmethod
    def sample_device(
        self, gpu: DeviceFacts | None, loaded: Collection[str], use: DeviceUse
    ) -> None:
        """How the GPU of this process is now (None on a CPU), which models lie on its device, and
        how busy that is."""
