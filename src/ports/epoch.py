"""How far back the ledger remembers."""

from abc import ABC, abstractmethod


class Epoch(ABC):
    __slots__ = ()

    @abstractmethod
    async def lost(self, created_at: float) -> bool:
        """Whether a task created then (unix seconds of the ledger's clock), which the ledger does
        not know, was lost by it, so that its wake-up may bring it back. False for one that was
        deleted and forgotten: it must not rise again. Raises `StorageUnavailable`."""
