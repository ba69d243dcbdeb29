"""Who calls, and whether they may call again so soon."""

from dataclasses import dataclass

from domain.model.errors import InvalidApiKey, RateLimited
from domain.model.principal import Principal
from domain.model.quota import Quota, QuotaDecision
from ports.key_store import KeyStore
from ports.rate_limiter import RateLimiter

GUESSES = Quota(limit=60, window_s=60)
"""Wrong keys from one address, before it has to wait."""

READS_PER_WRITE = 10
"""Reading costs little and watching a task takes many reads, so they get a wider bucket."""


@dataclass(frozen=True, slots=True)
class Admission:
    """An admitted caller and what is left of the bucket this call was taken from."""

    principal: Principal
    quota: Quota
    decision: QuotaDecision


class AdmitCaller:
    def __init__(self, keys: KeyStore, limiter: RateLimiter, writes_per_minute: int) -> None:
        self._keys, self._limiter = keys, limiter
        self.writes = Quota(limit=writes_per_minute, window_s=60)
        self.reads = Quota(limit=writes_per_minute * READS_PER_WRITE, window_s=60)

    async def __call__(self, presented: str | None, source: str, *, writes: bool) -> Admission:
        """Admit one call. `source`: the caller's address. Raises `InvalidApiKey`; `RateLimited`
        past the key's quota, and for an address that keeps guessing keys."""
        principal = await self.identify(presented, source)
        quota = self.writes if writes else self.reads
        decision = await self._limiter.acquire(_bucket(principal, writes), quota)
        if not decision.allowed:
            raise RateLimited(
                f"This key may make {quota.limit} calls in {quota.window_s} s.",
                retry_after_s=decision.retry_after_s,
            )
        return Admission(principal, quota, decision)

    async def identify(self, presented: str | None, source: str) -> Principal:
        """The holder of the key, counted against nothing but wrong guesses."""
        holder = await self._keys.verify(presented) if presented else None
        if holder is not None:
            return holder
        guess = await self._limiter.acquire(f"guess:{source}", GUESSES)
        if not guess.allowed:
            raise RateLimited("Too many wrong keys.", retry_after_s=guess.retry_after_s)
        raise InvalidApiKey

    async def left(self, principal: Principal, *, writes: bool) -> Admission:
        """What is left of a bucket; costs nothing."""
        quota = self.writes if writes else self.reads
        decision = await self._limiter.peek(_bucket(principal, writes), quota)
        return Admission(principal, quota, decision)


def _bucket(principal: Principal, writes: bool) -> str:
    return f"{'write' if writes else 'read'}:{principal.key_id}"
