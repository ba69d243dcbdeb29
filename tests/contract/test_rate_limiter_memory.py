import pytest

from adapters.ratelimit.memory import MemoryRateLimiter
from ports.rate_limiter import RateLimiter
from tests.contract.clauses.rate_limiter import Advance, RateLimiterClauses


class TurnedClock:
    """Stands in for the `time` module inside the library, which takes no clock."""

    def __init__(self) -> None:
        self.at = 1_000_000_000.25

    def time(self) -> float:
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> TurnedClock:
    clock = TurnedClock()
    monkeypatch.setattr("limits.aio.storage.memory.time", clock)
    return clock


@pytest.fixture
def advance(clock: TurnedClock) -> Advance:
    async def advance(seconds: float) -> None:
        clock.at += seconds

    return advance


@pytest.fixture
def limiter(clock: TurnedClock) -> RateLimiter:
    return MemoryRateLimiter(now=clock.time)


class TestMemoryRateLimiter(RateLimiterClauses):
    pass
