"""The secrets that sign a tenant's webhooks (Standard Webhooks 1.0: `whsec_` and base64)."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, replace

PREFIX = "whsec_"
MIN_BYTES, MAX_BYTES = 24, 64


@dataclass(frozen=True, slots=True)
class Signing:
    """`until`: when it stops signing; None for the current one."""

    secret: str
    until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSecrets:
    """At most two live ones, the current one first. `shown`: its owner was told it once."""

    current: str
    previous: Signing | None = None
    shown: bool = False
    revision: int = 1

    def live(self, now: float) -> Sequence[str]:
        """What signs a webhook sent now."""
        before = self.previous
        if before is None or (before.until is not None and before.until <= now):
            return (self.current,)
        return (self.current, before.secret)


def as_secret(raw: bytes) -> str:
    return PREFIX + base64.b64encode(raw).decode()


def is_secret(text: str) -> bool:
    """Whether `text` is `whsec_` and the base64 of 24 to 64 bytes."""
    if not text.startswith(PREFIX):
        return False
    try:
        raw = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return False
    return MIN_BYTES <= len(raw) <= MAX_BYTES


def rotated(secrets: TenantSecrets, fresh: str, now: float, overlap_s: float) -> TenantSecrets:
    """`fresh` signs from now on, the one before it beside it for `overlap_s`. Whoever rotates is
    told the new one."""
    return replace(
        secrets, current=fresh, previous=Signing(secrets.current, now + overlap_s), shown=True,
        revision=secrets.revision + 1,
    )  # fmt: skip


def shown(secrets: TenantSecrets) -> TenantSecrets:
    return replace(secrets, shown=True, revision=secrets.revision + 1)
