"""Where facts go to be counted and written down."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

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
