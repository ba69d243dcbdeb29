"""What differs between the brokers that Dramatiq speaks to."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import dramatiq

from adapters.queue.dramatiq.led_broker import LedBroker
from adapters.queue.dramatiq.tap import TierTap
from domain.model.priority import Priority


class Transport(ABC):
    """One broker's address, and how to be a client of it."""

    __slots__ = ()

    @abstractmethod
    def publisher(self) -> dramatiq.Broker:
        """Its `enqueue` returns once the message is confirmed. Several threads may use it."""

    @abstractmethod
    def count(self, publisher: dramatiq.Broker) -> Mapping[Priority, int]:
        """Messages of each tier that nobody holds. Raises anything."""

    @abstractmethod
    def leave(self, publisher: dramatiq.Broker) -> None:
        """Close what the calling thread holds open of it."""

    @abstractmethod
    def consumer(self) -> tuple[LedBroker, TierTap]:
        """A worker's broker, without its lead yet, and the tap that the lead is to read."""

    @abstractmethod
    def refused(self, error: BaseException | None) -> bool:
        """Whether the broker is there and turned these credentials away."""

    @abstractmethod
    def missing_parts(self) -> list[str]:
        """What this code needs of the installed Dramatiq beyond its documentation, and is gone."""
