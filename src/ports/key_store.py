"""API keys that were given out: who holds one, never the key itself."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from domain.model.api_key import ApiKey


class KeyStore(ABC):
    """Lives with the task store. What one process inserts or revokes counts for all from their next
    call on. Every method raises `StorageUnavailable` when the store is out of reach."""

    __slots__ = ()

    @abstractmethod
    async def insert(self, key: ApiKey) -> bool:
        """Keep `key`. False: its id is taken, and nothing changed."""

    @abstractmethod
    async def get(self, key_id: str) -> ApiKey | None:
        """The key, also one that is revoked or expired, or None."""

    @abstractmethod
    async def list(self) -> Sequence[ApiKey]:
        """All of them, the newest first."""

    @abstractmethod
    async def revoke(self, key_id: str, at: float) -> ApiKey | None:
        """The key, revoked from `at` on or since before; None when nobody knows it."""
