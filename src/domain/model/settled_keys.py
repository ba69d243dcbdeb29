"""The keys of the settings: they open the service whatever became of any store."""

import hashlib
import hmac
from collections.abc import Iterable

from domain.model.principal import Principal

KEY_ID_LENGTH = 12


class SettledKeys:
    """Built from (tenant, key) pairs; only digests are kept. `scopes`: of all of them. A key speaks
    for one tenant: the last."""

    def __init__(self, keys: Iterable[tuple[str, str]], scopes: frozenset[str]) -> None:
        self._holders: dict[bytes, Principal] = {}
        for tenant, key in keys:
            if not key:
                raise ValueError("an API key can't be empty")
            digest = _digest(key)
            key_id = digest.hex()[:KEY_ID_LENGTH]
            self._holders[digest] = Principal(tenant, key_id, scopes=scopes)

    def holder(self, presented: str) -> Principal | None:
        """The holder of `presented`, or None."""
        digest, holder = _digest(presented), None
        # No early exit: the time taken tells nothing about which key came close, or where it is.
        for known, principal in self._holders.items():
            if hmac.compare_digest(known, digest):
                holder = principal
        return holder


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
