"""Whether the device can be trusted."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from threading import Lock

from domain.model.control import Stop, Stopped
from domain.model.device import DeviceUse
from domain.model.errors import DeviceFault


class DeviceHealth:
    """Written by the device's thread and those beside it, read by everybody."""

    def __init__(self, proof_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._proof_s, self._clock = proof_s, clock
        self._lock = Lock()
        self._fault: DeviceFault | None = None
        self._proved_s = self._busy_since_s = -inf
        self._busy_s = 0.0

    @property
    def sick(self) -> bool:
        return self._fault is not None

    @property
    def credible(self) -> bool:
        """Whether it computed lately, or works: then it is not disturbed for a proof. One that is
        at the same work for long without a sign gets no credit."""
        return self._clock() - max(self._proved_s, self._busy_since_s) < self._proof_s

    @property
    def use(self) -> DeviceUse:
        """The present call counts as long as it goes on: a device that hangs is busy, not idle."""
        since_s, busy_s = self._busy_since_s, self._busy_s
        call_s = max(0.0, self._clock() - since_s) if since_s > -inf else 0.0
        return DeviceUse(busy_s + call_s, call_s)

    def proved(self) -> None:
        """The device has just computed something."""
        self._proved_s = self._clock()

    @contextmanager
    def busy(self) -> Iterator[None]:
        self._busy_since_s = self._clock()
        try:
            yield
        finally:
            self._busy_s += self._clock() - self._busy_since_s
            self._busy_since_s = -inf

    def fall_sick(self, fault: DeviceFault) -> bool:
        """There is no way back. Whether this was the first fault."""
        with self._lock:
            first, self._fault = self._fault is None, self._fault or fault
        return first

    def raise_if_sick(self) -> None:
        if self._fault is not None:
            raise DeviceFault(self._fault.detail)

    def hand_back_if_sick(self) -> None:
        """Whatever the device made before it fell sick may be wrong too: it does not leave."""
        if self._fault is not None:
            raise Stopped(Stop.DRAIN)
