"""What happens to tasks, heard by whoever waits for it, in whatever process it happens."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager

from domain.model.task import PENDING, Change

Changed = Callable[[float], Awaitable[Change | None]]
"""Waits at most so many seconds for the next change; None: none came. Changes are kept from one
call to the next; if a listener lets too many pile up they go, and it gets `MISSED` instead."""

MISSED = Change(revision=0, status=PENDING)
"""Told where changes may have been missed: look at the row."""


class EventBus(ABC):
    """The stores publish each move and each step of progress they have stored; whoever listens
    hears. What is heard is a hint, as a message is: it may be lost (a broken link), so a waiting
    reader looks at the row now and then. What it missed, the row's history tells."""

    __slots__ = ()

    @abstractmethod
    def listen(self, task_id: str) -> AbstractContextManager[Changed]:
        """Listen from here on: read the row after this, and no change falls in between."""

    @abstractmethod
    def starts(self) -> int | None:
        """How many starts of attempts, of all workers, were heard so far. None while none can be
        heard; counted from zero again once they can."""
