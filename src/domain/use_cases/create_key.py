"""Giving out an API key."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domain.model.api_key import (
    DAILY_TASKS,
    LIFE_S,
    PER_SECOND,
    RANDOM_BYTES,
    SCOPES,
    ApiKey,
    Role,
    digest_of,
    minted,
)
from domain.model.errors import InternalError
from ports.clock import Now
from ports.key_store import KeyStore


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOrder:
    """None: as the role has it. `tenant`: the user, unless another is named."""

    user_id: str
    tenant: str | None = None
    role: Role = Role.FREE
    scopes: Sequence[str] | None = None
    per_second: int = PER_SECOND
    per_minute: int | None = None
    daily_tasks: int | None = None
    life_s: float = LIFE_S


@dataclass(frozen=True, slots=True)
class CreatedKey:
    """`text` is told this once, and kept nowhere."""

    key: ApiKey
    text: str


class CreateKey:
    def __init__(self, keys: KeyStore, now: Now, random: Callable[[int], bytes]) -> None:
        self._keys, self._now, self._random = keys, now, random

    async def __call__(self, order: KeyOrder) -> CreatedKey:
        key_id, text = minted(self._random(RANDOM_BYTES))
        now, daily = self._now(), order.daily_tasks
        key = ApiKey(
            key_id=key_id, digest=digest_of(text), tenant=order.tenant or order.user_id,
            user_id=order.user_id, role=order.role,
            scopes=tuple(SCOPES[order.role] if order.scopes is None else order.scopes),
            created_at=now, expires_at=now + order.life_s, per_second=order.per_second,
            per_minute=order.per_minute,
            daily_tasks=DAILY_TASKS[order.role] if daily is None else daily,
        )  # fmt: skip
        if not await self._keys.insert(key):
            raise InternalError("Two keys were given the same id.")
        return CreatedKey(key, text)
