"""The string between a running attempt and the loop that watches it."""

from dataclasses import dataclass
from enum import StrEnum


class Stop(StrEnum):
    CANCELED = "canceled"
    DEADLINE = "deadline"
    LEASE_LOST = "lease_lost"
    DRAIN = "drain"


class Stopped(Exception):
    """Raised by a checkpoint inside the model, and passed through by it."""

    def __init__(self, reason: Stop) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class AttemptControl:
    """Shared by the device's thread (checkpoint) and the event loop (the rest); each field is
    written by one side only."""

    progress: int = 0
    stop: Stop | None = None

    def checkpoint(self, done: float) -> None:
        """Called by the runner at each tile or step with the share done. 99 is the most a
        running task shows: 100 belongs to SUCCESS."""
        self.progress = max(self.progress, min(99, int(done * 100)))
        self.raise_if_stopped()

    def raise_if_stopped(self) -> None:
        if self.stop is not None:
            raise Stopped(self.stop)
