"""A device that tells what it was given: nothing, where work is done on the CPU."""

from domain.model.device import DeviceFacts
from ports.device_meter import DeviceMeter


class MemoryDeviceMeter(DeviceMeter):
    def __init__(self, facts: DeviceFacts | None = None) -> None:
        self._facts = facts

    async def read(self) -> DeviceFacts | None:
        return self._facts
