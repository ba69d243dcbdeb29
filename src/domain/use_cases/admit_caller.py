"""Who calls, what for, and whether they may call again so soon."""

from dataclasses import dataclass

from domain.model.api_key import judge, named_in, opens
from domain.model.errors import InsufficientScope, InvalidApiKey, RateLimited
from domain.model.principal import READ, WRITE, Principal
from domain.model.quota import Quota, QuotaDecision
from domain.model.settled_keys import SettledKeys
from ports.clock import Now
from ports.key_store import KeyStore
from ports.rate_limiter import RateLimiter

GUESSES = Quota(limit=60, window_s=60)
"""Wrong keys from one address, before it has to wait."""

READS_PER_WRITE = 10
"""Reading costs little and watching a task takes many reads, so they get a wider bucket."""


class OverQuota(RateLimited):
    """Too many requests with a key of `tenant`."""

    def __init__(self, tenant: str, quota: Quota, retry_after_s: int) -> None:
        super().__init__(
            f"This key may make {quota.limit} calls in {quota.window_s} s.",
            retry_after_s=retry_after_s,
        )
        self.tenant, self.quota = tenant, quota


@dataclass(frozen=True, slots=True)
class Admission:
    """An admitted caller and what is left of the bucket this call was taken from."""

    principal: Principal
    quota: Quota
    decision: QuotaDecision


class AdmitCaller:
    def __init__(
        self,
        settled: SettledKeys,
        keys: KeyStore,
        limiter: RateLimiter,
        now: Now,
        writes_per_minute: int,
    ) -> None:
        self._settled, self._keys, self._limiter, self._now = settled, keys, limiter, now
        self._writes_per_minute = writes_per_minute

    async def __call__(
        self, presented: str | None, source: str, *, writes: bool, scope: str | None = None
    ) -> Admission:
        """Admit one call. `source`: the caller's address; `scope`: what the key has to be for,
        unless it is the plain one. Raises `InvalidApiKey` and its kin, `InsufficientScope`,
        `OverQuota`; `RateLimited` for an address that keeps guessing keys."""
        principal = await self.identify(presented, source)
        wanted = scope or (WRITE if writes else READ)
        if wanted not in principal.scopes:
            raise InsufficientScope(f"This key lacks the scope {wanted}.")
        if principal.per_second is not None:
            second = f"second:{principal.key_id}"
            await self._taken(principal, second, Quota(principal.per_second, 1))
        quota = self.quota(principal, writes=writes)
        decision = await self._taken(principal, _bucket(principal, writes), quota)
        return Admission(principal, quota, decision)

    async def identify(self, presented: str | None, source: str) -> Principal:
        """The holder of the key, counted against nothing but wrong guesses."""
        holder = await self._holder(presented) if presented else None
        if holder is not None:
            return holder
        guess = await self._limiter.acquire(f"guess:{source}", GUESSES)
        if not guess.allowed:
            raise RateLimited("Too many wrong keys.", retry_after_s=guess.retry_after_s)
        raise InvalidApiKey

    async def left(self, principal: Principal, *, writes: bool) -> Admission:
        """What is left of a bucket; costs nothing."""
        quota = self.quota(principal, writes=writes)
        decision = await self._limiter.peek(_bucket(principal, writes), quota)
        return Admission(principal, quota, decision)

    def quota(self, principal: Principal, *, writes: bool) -> Quota:
        """Calls a minute that this key has."""
        per_minute = principal.per_minute or self._writes_per_minute
        return Quota(per_minute if writes else per_minute * READS_PER_WRITE, 60)

    async def _holder(self, presented: str) -> Principal | None:
        settled = self._settled.holder(presented)
        key_id = named_in(presented)
        if settled is not None or key_id is None:
            return settled
        key = await self._keys.get(key_id)
        # Compared also where there is no such key: an id is not to be found out by timing.
        if not opens(key, presented) or key is None:
            return None
        judge(key, self._now())
        return key.holder

    async def _taken(self, principal: Principal, bucket: str, quota: Quota) -> QuotaDecision:
        decision = await self._limiter.acquire(bucket, quota)
        if not decision.allowed:
            raise OverQuota(principal.tenant, quota, decision.retry_after_s)
        return decision


def _bucket(principal: Principal, writes: bool) -> str:
    return f"{'write' if writes else 'read'}:{principal.key_id}"
