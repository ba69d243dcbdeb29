"""Hearing at once that a task's row was changed, instead of reading it over and over."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager

from domain.model.task import TaskStatus

Changed = Callable[[float], Awaitable[TaskStatus | None]]
"""Waits at most so many seconds for the next change, and answers the status that was stored.
None: nothing was heard, or it is not known what. Changes are kept from one call to the next."""


class TaskWatch(ABC):
    """The stores tell; whoever waits hears. What is heard is a hint, as a message is: it may be
    lost (another process, a broken link), so a waiting reader looks again now and then."""

    __slots__ = ()

    @abstractmethod
    def listen(self, task_id: str) -> AbstractContextManager[Changed]:
        """Listen from here on: read the row after this, and no change falls in between."""
