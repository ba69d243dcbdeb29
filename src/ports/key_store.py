"""API keys: who holds one, never the key itself."""

from abc import ABC, abstractmethod

from domain.model.principal import Principal


class KeyStore(ABC):
    __slots__ = ()

    @abstractmethod
    async def verify(self, presented: str) -> Principal | None:
        """The holder of `presented`, or None. Compared in constant time, by hash."""
