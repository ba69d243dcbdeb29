"""What happens to tasks, heard by whoever waits for it, in whatever process it happens."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager

from domain.model.task import Change

Changed = Callable[[float], Awaitable[Change | None]]
"""Waits at most so many seconds for the next change. None: nothing was heard, or it is not known
what. Changes are kept from one call to the next; of a listener who lets too many pile up they are
dropped, and it gets a None instead."""


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
