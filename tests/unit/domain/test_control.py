"""The string between a running attempt and the loop that watches it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.model.control import AttemptControl, Stop, Stopped


@given(st.lists(st.floats(-1, 10), min_size=1))
def test_progress_only_grows_and_leaves_a_hundred_to_success(shares: list[float]) -> None:
    control, seen = AttemptControl(), 0
    for done in shares:
        control.checkpoint(done)
        assert seen <= control.progress <= 99
        seen = control.progress
    assert control.progress == max(0, *(min(99, int(done * 100)) for done in shares), 0)


@pytest.mark.parametrize("reason", Stop)
def test_a_checkpoint_stops_the_attempt_and_says_why(reason: Stop) -> None:
    control = AttemptControl(stop=reason)
    with pytest.raises(Stopped) as caught:
        control.checkpoint(0.5)
    assert caught.value.reason is reason
    assert control.progress == 50


def test_nothing_stops_by_itself() -> None:
    control = AttemptControl()
    control.raise_if_stopped()
    control.checkpoint(1.0)
    assert control.stop is None
