"""How the device of this process is doing."""

from abc import ABC, abstractmethod

from domain.model.device import DeviceFacts


class DeviceMeter(ABC):
    """For people and metrics; no task depends on it."""

    __slots__ = ()

    @abstractmethod
    async def read(self) -> DeviceFacts | None:
        """The GPU as it is now; None on a CPU. Never raises and never waits long: a driver that
        is not there, or does not answer, is a `reason` in the facts."""
