"""Taking an API key back."""

from domain.model.api_key import ApiKey
from domain.model.errors import KeyNotFound
from ports.clock import Now
from ports.key_store import KeyStore


class RevokeKey:
    def __init__(self, keys: KeyStore, now: Now) -> None:
        self._keys, self._now = keys, now

    async def __call__(self, key_id: str) -> ApiKey:
        """The key, refused by every process from its next call on. What it submitted goes on.
        Raises `KeyNotFound`; doing it twice is harmless."""
        key = await self._keys.revoke(key_id, self._now())
        if key is None:
            raise KeyNotFound
        return key
