"""The window against a list of moments, over many random walks."""

import asyncio
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from adapters.ratelimit.memory import MemoryRateLimiter
from domain.model.quota import Quota

QUOTA = Quota(limit=3, window_s=10)
Walk = list[tuple[float, int]]


class Clock:
    def __init__(self) -> None:
        self.at = 1_000.0

    def time(self) -> float:
        return self.at


async def walked(walk: Walk) -> tuple[list[bool], list[bool]]:
    """What the limiter answered to each (wait in seconds, cost), and what it should have."""
    clock, moments = Clock(), list[float]()
    answered, expected = list[bool](), list[bool]()
    with patch("limits.aio.storage.memory.time", clock):
        limiter = MemoryRateLimiter(now=clock.time)
        for wait_s, cost in walk:
            clock.at += wait_s
            counted = sum(clock.at - moment <= QUOTA.window_s for moment in moments)
            expected.append(counted + cost <= QUOTA.limit)
            moments += [clock.at] * (cost if expected[-1] else 0)
            answered.append((await limiter.acquire("k", QUOTA, cost)).allowed)
    return answered, expected


waits = st.one_of(st.integers(0, 12).map(float), st.floats(0, 12))


@given(st.lists(st.tuples(waits, st.integers(1, 4)), max_size=25))
def test_no_window_holds_more_and_none_is_kept_from_its_share(walk: Walk) -> None:
    answered, expected = asyncio.run(walked(walk))
    assert answered == expected
