"""API keys in Redis, shared by all processes: one hash, id → row."""

from collections.abc import Sequence
from dataclasses import replace

from adapters.keys.spelling import read, spelt
from adapters.redis_client import RedisClient
from domain.model.api_key import ApiKey
from ports.key_store import KeyStore


class RedisKeyStore(KeyStore):
    """A row is only ever written to revoke its key, so that two who write it write the same."""

    def __init__(self, client: RedisClient, prefix: str) -> None:
        self._client, self._name = client, f"{prefix}api-keys"

    async def insert(self, key: ApiKey) -> bool:
        return bool(await self._client.call("HSETNX", self._name, key.key_id, spelt(key)))

    async def get(self, key_id: str) -> ApiKey | None:
        body = await self._client.call("HGET", self._name, key_id)
        return None if body is None else read(body)

    async def list(self) -> Sequence[ApiKey]:
        rows = await self._client.call("HVALS", self._name)
        return sorted(map(read, rows), key=lambda key: key.created_at, reverse=True)

    async def revoke(self, key_id: str, at: float) -> ApiKey | None:
        key = await self.get(key_id)
        if key is not None and key.revoked_at is None:
            key = replace(key, revoked_at=at)
            await self._client.call("HSET", self._name, key_id, spelt(key))
        return key
