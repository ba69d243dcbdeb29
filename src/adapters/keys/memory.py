"""API keys in the memory of one process; they end with it."""

from collections.abc import Sequence
from dataclasses import replace

from domain.model.api_key import ApiKey
from ports.key_store import KeyStore


class MemoryKeyStore(KeyStore):
    def __init__(self) -> None:
        self._keys: dict[str, ApiKey] = {}

    async def insert(self, key: ApiKey) -> bool:
        return self._keys.setdefault(key.key_id, key) is key

    async def get(self, key_id: str) -> ApiKey | None:
        return self._keys.get(key_id)

    async def list(self) -> Sequence[ApiKey]:
        return sorted(self._keys.values(), key=lambda key: key.created_at, reverse=True)

    async def revoke(self, key_id: str, at: float) -> ApiKey | None:
        key = self._keys.get(key_id)
        if key is not None and key.revoked_at is None:
            key = self._keys[key_id] = replace(key, revoked_at=at)
        return key
