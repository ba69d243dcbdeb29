"""What keys used, as it was counted."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from domain.model.usage import DayUsage


class UsageStore(ABC):
    """Lives with the task store, which counts in the very steps that store an accepted task and its
    end; a day is kept for `KEPT_DAYS`."""

    __slots__ = ()

    @abstractmethod
    async def read(self, key_id: str, days: Sequence[str]) -> Sequence[DayUsage]:
        """One for each of `days` on which the key used something, in their order. Raises
        `StorageUnavailable` when the store is out of reach."""
