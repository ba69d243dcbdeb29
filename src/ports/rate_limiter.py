"""Counting calls against a quota."""

from abc import ABC, abstractmethod

from domain.model.quota import Quota, QuotaDecision


class RateLimiter(ABC):
    """A moving window, exact under concurrency: no burst of twice the limit at any edge. A key
    and a quota name one bucket. Raises `StorageUnavailable` when the counts are out of reach."""

    __slots__ = ()

    @abstractmethod
    async def acquire(self, key: str, quota: Quota, cost: int = 1) -> QuotaDecision:
        """Take `cost` units (at least 1) now, or none at all. A refusal is an answer, never an
        exception, and costs nothing; more than the limit is always refused."""

    @abstractmethod
    async def peek(self, key: str, quota: Quota) -> QuotaDecision:
        """What `acquire` with cost 1 would answer now, with `remaining` as it stands. Takes
        nothing."""
