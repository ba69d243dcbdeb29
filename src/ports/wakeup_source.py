"""The worker's end of the queue."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable

from domain.model.wakeup import Verdict, Wakeup

Handle = Callable[[Wakeup], Awaitable[Verdict]]


class WakeupSource(ABC):
    __slots__ = ()

    @abstractmethod
    async def run(self, handle: Handle, slots: int) -> None:
        """Take messages until cancelled, at most `slots` in hand, each tier in `pull_order`.

        A message is removed only after its verdict: ACK removes it, REQUEUE offers it again a
        few seconds later, PARK sets it aside. When `handle` raises or is cancelled the message
        is offered again. On cancellation: stop taking at once, give what is in hand
        `grace_s` (the adapter's setting) to finish, then cancel it and return.
        """
