"""API keys held in memory: those of the settings, or those of a test."""

import hashlib
import hmac
from collections.abc import Iterable

from domain.model.principal import Principal
from ports.key_store import KeyStore
from ports.lifecycle import Lifecycle

KEY_ID_LENGTH = 12


class MemoryKeyStore(KeyStore, Lifecycle):
    """Built from (tenant, key) pairs; only SHA-256 digests are kept."""

    def __init__(self, keys: Iterable[tuple[str, str]] = ()) -> None:
        self._holders: dict[bytes, Principal] = {}
        for tenant, key in keys:
            self.add(tenant, key)

    def add(self, tenant: str, key: str) -> Principal:
        """Let `key` speak for `tenant` from now on. A key speaks for one tenant: the last."""
        if not key:
            raise ValueError("an API key can't be empty")
        digest = digest_of(key)
        self._holders[digest] = Principal(tenant, digest.hex()[:KEY_ID_LENGTH])
        return self._holders[digest]

    def revoke(self, key: str) -> None:
        """Stop believing `key`, at once. Revoking an unknown one changes nothing."""
        self._holders.pop(digest_of(key), None)

    async def verify(self, presented: str) -> Principal | None:
        digest, holder = digest_of(presented), None
        # No early exit: the time taken tells nothing about which key came close, or where it is.
        for known, principal in self._holders.items():
            if hmac.compare_digest(known, digest):
                holder = principal
        return holder


def digest_of(key: str) -> bytes:
    """What is kept of a key, and looked up in its stead: timing tells nothing of the key."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
