import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.model.quota import Quota

HOURLY = Quota(limit=10, window_s=3600)


@pytest.mark.parametrize(("limit", "window_s"), [(0, 60), (-1, 60), (1, 0)])
def test_a_quota_of_nothing_is_a_mistake(limit: int, window_s: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        Quota(limit, window_s)


@given(
    allowed=st.booleans(),
    used=st.integers(0, 10),
    leaves=st.floats(-5, 3600),
    cost=st.integers(1, 20),
)
def test_waits_are_whole_sufficient_and_only_for_the_refused(
    allowed: bool, used: int, leaves: float, cost: int
) -> None:
    decision = HOURLY.decide(allowed=allowed, used=used, oldest_leaves_in_s=leaves, cost=cost)
    assert decision.remaining == 10 - used
    assert decision.reset_s > leaves if used else decision.reset_s == 0
    assert (decision.retry_after_s >= 1) is not allowed
    assert allowed or decision.retry_after_s >= min(decision.reset_s, HOURLY.window_s)


def test_nobody_is_told_to_come_back_for_what_never_fits() -> None:
    decision = HOURLY.decide(allowed=False, used=0, oldest_leaves_in_s=0.0, cost=11)
    assert (decision.retry_after_s, decision.reset_s) == (3600, 0)
