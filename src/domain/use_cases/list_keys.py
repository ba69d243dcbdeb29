"""Looking at the API keys that were given out."""

from collections.abc import Sequence

from domain.model.api_key import ApiKey
from ports.key_store import KeyStore


class ListKeys:
    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys

    async def __call__(self, user_id: str | None = None) -> Sequence[ApiKey]:
        """The newest first; those of the settings are not among them."""
        return [key for key in await self._keys.list() if user_id in (None, key.user_id)]
