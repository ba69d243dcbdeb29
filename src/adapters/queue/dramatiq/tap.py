"""The worker's hold on the tiers of one broker."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from dramatiq.errors import ConnectionClosed

from domain.model.priority import Priority
from domain.model.wakeup import Verdict


@dataclass(frozen=True, slots=True)
class Pulled:
    """A message that the broker lent out. `receipt` is what its tap gives it back by."""

    tier: Priority
    body: bytes
    receipt: Any


class NotParked(Exception):
    """It could not be set aside just now, and is still in hand."""


class TierTap(ABC):
    """Everything but `wake` is called by one thread, the lead's. Every method but `wake` and
    `close` raises Dramatiq's `ConnectionClosed` when the broker can't be reached; `open` mends it.
    """

    __slots__ = ()

    @abstractmethod
    def open(self) -> None:
        """Connect, also again, and make sure that the queues are there."""

    @abstractmethod
    def get(self, tier: Priority) -> Pulled | None:
        """The first message of `tier`, or None at once if it is empty."""

    @abstractmethod
    def waiting(self, tier: Priority) -> int:
        """Messages in `tier` that nobody holds. Asked once a second while a worker lives."""

    @abstractmethod
    def settle(self, pulled: Pulled, verdict: Verdict) -> None:
        """ACK removes it, PARK sets it aside, REQUEUE offers it again at once. Nothing happens if
        the broker took it back meanwhile. May raise `NotParked`."""

    @abstractmethod
    def rest(self, seconds: float) -> None:
        """Wait, and serve the connection, until `seconds` are over or `wake` was called."""

    @abstractmethod
    def wake(self) -> None:
        """End the rest under way, or else the next one. Any thread, never raises."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the connection; the broker takes back what was pulled on it, at once or when
        the heartbeats stop. Safe to call twice."""


@contextmanager
def lost_on(*errors: type[Exception]) -> Iterator[None]:
    """Says the client library's `errors` in Dramatiq's word, the one it connects again on."""
    try:
        yield
    except errors as error:
        raise ConnectionClosed(error) from error  # type: ignore[no-untyped-call]
