"""API keys shared by all gateways, in Redis: one hash, digest of the key → tenant."""

from collections.abc import Iterable

from adapters.keys.memory import KEY_ID_LENGTH, MemoryKeyStore, digest_of
from adapters.redis_client import RedisClient
from domain.model.principal import Principal
from ports.key_store import KeyStore
from ports.lifecycle import Lifecycle


class RedisKeyStore(KeyStore, Lifecycle):
    """The keys of the settings are known without a question, so they open the service also after
    a flush; every other key is looked up by its SHA-256 digest, all that is ever stored. What is
    revoked is refused from the next call on."""

    def __init__(
        self, client: RedisClient, prefix: str, keys: Iterable[tuple[str, str]] = ()
    ) -> None:
        self._client, self._name = client, f"{prefix}keys"
        self._settled = MemoryKeyStore(keys)

    async def ping(self) -> None:
        await self._client.ping()

    async def add(self, tenant: str, key: str) -> Principal:
        """Let `key` speak for `tenant` from now on. A key speaks for one tenant: the last."""
        if not key:
            raise ValueError("an API key can't be empty")
        digest = digest_of(key)
        await self._client.call("HSET", self._name, digest, tenant)
        return _holder(tenant, digest)

    async def revoke(self, key: str) -> None:
        """Stop believing `key`, at once. Revoking an unknown one changes nothing."""
        await self._client.call("HDEL", self._name, digest_of(key))

    async def verify(self, presented: str) -> Principal | None:
        settled = await self._settled.verify(presented)
        if settled is not None:
            return settled
        digest = digest_of(presented)
        tenant = await self._client.call("HGET", self._name, digest)
        return None if tenant is None else _holder(tenant.decode(), digest)


def _holder(tenant: str, digest: bytes) -> Principal:
    return Principal(tenant, digest.hex()[:KEY_ID_LENGTH])
