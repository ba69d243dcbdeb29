"""Bounds of the back-off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.model.retry import RetryPolicy

SECONDS = st.floats(0.001, 10_000)
DRAWS = st.floats(0, 1, exclude_max=True)


@st.composite
def policies(draw: st.DrawFn) -> RetryPolicy:
    return RetryPolicy(draw(st.integers(2, 10_000)), draw(SECONDS), draw(SECONDS))


@given(policies(), DRAWS, st.data())
def test_a_delay_lies_below_the_ceiling_and_the_cap(
    policy: RetryPolicy, draw: float, data: st.DataObject
) -> None:
    charged = data.draw(st.integers(1, policy.max_attempts - 1))
    decision = policy.decide(retryable=True, charged=charged, draw=draw)
    assert decision.delay_s is not None
    ceiling_s = min(policy.cap_s, policy.base_s * 2.0 ** min(charged - 1, 63))
    assert 0 <= decision.delay_s < ceiling_s
    assert decision.reason == "transient"


@pytest.mark.parametrize(
    ("charged", "ceiling_s"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (8, 60), (5_000, 60)]
)
def test_the_ceiling_doubles_up_to_the_cap_and_jitter_is_full(
    charged: int, ceiling_s: float
) -> None:
    policy = RetryPolicy(max_attempts=10_000, base_s=1.0, cap_s=60.0)
    delays = [policy.decide(retryable=True, charged=charged, draw=d).delay_s for d in (0, 0.5)]
    assert delays == [0, ceiling_s / 2]


@given(policies(), DRAWS, st.integers(1, 20_000))
def test_a_permanent_error_is_never_retried(policy: RetryPolicy, draw: float, charged: int) -> None:
    decision = policy.decide(retryable=False, charged=charged, draw=draw)
    assert (decision.delay_s, decision.reason) == (None, "permanent")


@given(policies(), DRAWS, st.integers(0, 5))
def test_used_up_attempts_are_never_exceeded(policy: RetryPolicy, draw: float, over: int) -> None:
    decision = policy.decide(retryable=True, charged=policy.max_attempts + over, draw=draw)
    assert (decision.delay_s, decision.reason) == (None, "exhausted")


def test_one_attempt_means_no_retry() -> None:
    assert RetryPolicy(max_attempts=1).decide(retryable=True, charged=1, draw=0).delay_s is None
