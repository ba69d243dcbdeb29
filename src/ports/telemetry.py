"""Where facts go to be counted and written down."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping

from domain.model.device import DeviceFacts
from domain.model.events import Event
from domain.model.priority import Priority


class Telemetry(ABC):
    """Never raises and never blocks: telling must not harm what is told of."""

    __slots__ = ()

    @abstractmethod
    def record(self, event: Event) -> None:
        """Count it, time it, log it: the adapter's choice. Label values are closed sets."""

    @abstractmethod
    def sample_depth(self, depth: Mapping[Priority, int]) -> None:
        """How many wake-ups wait in each tier now."""

    @abstractmethod
    def sample_device(self, gpu: DeviceFacts | None, loaded: Collection[str]) -> None:
        """How the GPU of this process is now (None on a CPU), and which models lie on it."""
