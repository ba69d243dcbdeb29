"""An API key that this service gave out: `dk_live_<id>_<secret><check>`.

The prefix makes a leaked one findable, the check tells a mistyped one without a question to any
store. What is kept of it is a digest: the secret has 256 bits, so nothing slower is needed.
"""

import hashlib
import hmac
import re
from binascii import crc32
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.model.errors import ApiKeyExpired, ApiKeyRevoked
from domain.model.principal import ADMIN, READ, WRITE, Principal

RANDOM_BYTES = 40
"""8 for the id, 32 for the secret."""
LIFE_S = 30 * 86_400.0
PER_SECOND = 30

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_KEY = re.compile(r"(dk_live_([0-9a-f]{16})_[0-9A-Za-z]{43})([0-9A-Za-z]{6})")


class Role(StrEnum):
    FREE = "free"
    PAID = "paid"
    ADMIN = "admin"


SCOPES: Mapping[Role, Sequence[str]] = {
    Role.FREE: (READ, WRITE),
    Role.PAID: (READ, WRITE),
    Role.ADMIN: (READ, WRITE, ADMIN),
}
"""What each role may do, unless its key says otherwise."""
DAILY_TASKS: Mapping[Role, int | None] = {Role.FREE: 1_000, Role.PAID: None, Role.ADMIN: None}
"""Tasks in any 24 hours, unless its key says otherwise; None = any number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """`per_minute`, `daily_tasks`: None = what the server grants, any number."""

    key_id: str
    digest: str
    tenant: str
    user_id: str
    role: Role
    scopes: Sequence[str]
    created_at: float
    expires_at: float
    per_second: int = PER_SECOND
    per_minute: int | None = None
    daily_tasks: int | None = None
    revoked_at: float | None = None

    @property
    def holder(self) -> Principal:
        return Principal(
            self.tenant, self.key_id, user_id=self.user_id, scopes=frozenset(self.scopes),
            per_second=self.per_second, per_minute=self.per_minute, daily_tasks=self.daily_tasks,
        )  # fmt: skip


def judge(key: ApiKey, now: float) -> None:
    """Raises `ApiKeyRevoked` or `ApiKeyExpired`."""
    if key.revoked_at is not None and key.revoked_at <= now:
        raise ApiKeyRevoked
    if key.expires_at <= now:
        raise ApiKeyExpired


def minted(random: bytes) -> tuple[str, str]:
    """The id and the text of a new key, from `RANDOM_BYTES` that nobody can guess."""
    key_id = random[:8].hex()
    text = f"dk_live_{key_id}_{_base62(int.from_bytes(random[8:RANDOM_BYTES], 'big'), 43)}"
    return key_id, text + _check(text)


def named_in(presented: str) -> str | None:
    """The id in what looks like a key of ours, None for anything else."""
    found = _KEY.fullmatch(presented)
    return found[2] if found and _check(found[1]) == found[3] else None


def digest_of(text: str) -> str:
    """What is kept of a key, and compared in its stead."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def opens(key: ApiKey | None, presented: str) -> bool:
    """Whether `presented` is this very key; as long for no key as for a wrong one."""
    known = key.digest if key else "0" * 64
    return hmac.compare_digest(known, digest_of(presented)) and key is not None


def _check(text: str) -> str:
    return _base62(crc32(text.encode()), 6)


def _base62(number: int, length: int) -> str:
    letters = []
    for _ in range(length):
        number, at = divmod(number, 62)
        letters.append(_LETTERS[at])
    return "".join(reversed(letters))
