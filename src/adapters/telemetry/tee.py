"""The same facts for several listeners; one that fails harms neither the others nor the teller."""

import contextlib
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Collection, Sequence

from domain.model.device import DeviceFacts, DeviceUse
from domain.model.events import Event
from domain.model.stock import Stock
from ports.telemetry import Telemetry


class TeeTelemetry(Telemetry):
    """Tells each member. `failures` counts, by member, the facts it could not take; its first
    failure is shown on stderr, for a broken log can't tell of itself."""

    __slots__ = ("_members", "failures")

    def __init__(self, members: Sequence[Telemetry]) -> None:
        self._members = tuple(members)
        self.failures: Counter[str] = Counter()

    def add(self, member: Telemetry) -> None:
        """It is told of all that happens from now on."""
        self._members = (*self._members, member)

    def record(self, event: Event) -> None:
        self._tell(lambda member: member.record(event))

    def sample_stock(self, stock: Stock) -> None:
        self._tell(lambda member: member.sample_stock(stock))

    def sample_device(
        self, gpu: DeviceFacts | None, loaded: Collection[str], use: DeviceUse
    ) -> None:
        self._tell(lambda member: member.sample_device(gpu, loaded, use))

    def _tell(self, tell: Callable[[Telemetry], None]) -> None:
        for member in self._members:
            try:
                tell(member)
            except Exception as error:
                self._note(type(member).__name__, error)

    def _note(self, member: str, error: Exception) -> None:
        self.failures[member] += 1
        if self.failures[member] == 1:
            # stderr itself may be closed or full; then the count is all that is left to say.
            with contextlib.suppress(OSError, ValueError, AttributeError):
                sys.stderr.write(f"{member} failed; shown once:\n")
                traceback.print_exception(error, file=sys.stderr)
