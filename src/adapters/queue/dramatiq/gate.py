"""How many more messages a worker may take."""

from threading import Lock


class SlotGate:
    """One slot a worker thread. A slot is free again when its thread is, not when the broker takes
    the message back: a lost connection does not make a busy thread idle."""

    def __init__(self, slots: int) -> None:
        self._free = slots
        self._closed = False
        self._lock = Lock()

    @property
    def closed(self) -> bool:
        return self._closed

    def has_room(self) -> bool:
        return self._free > 0 and not self._closed

    def take(self) -> bool:
        """False when there is no slot, or none any more."""
        with self._lock:
            if not self.has_room():
                return False
            self._free -= 1
            return True

    def release(self) -> None:
        with self._lock:
            self._free += 1

    def close(self) -> None:
        """From now on nothing is taken."""
        with self._lock:
            self._closed = True
