"""How fast a backlog is worked off, and when that is not known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.model.pace import ENOUGH_STARTS, LEAST_S, MOST_S, Pace


def watched(per_s: float, for_s: int, pace: Pace | None = None, at_s: int = 0) -> Pace:
    pace = pace or Pace()
    for second in range(at_s, at_s + for_s + 1):
        pace.note(float(second), int(per_s * (second - at_s)), waiting=7)
    return pace


@pytest.mark.parametrize("per_s", [0.1, 0.5, 4, 250])
def test_a_steady_pace_is_found(per_s: float) -> None:
    assert watched(per_s, 400).per_s == pytest.approx(per_s, rel=0.1)


def test_too_few_starts_say_nothing() -> None:
    assert Pace().per_s is None
    assert watched(1, ENOUGH_STARTS - 1).per_s is None
    assert watched(1, ENOUGH_STARTS).per_s == 1


def test_a_burst_says_nothing() -> None:
    assert watched(100, int(LEAST_S) - 1).per_s is None


def test_a_service_with_nothing_to_do_has_no_pace() -> None:
    pace = watched(10, 60)
    pace.note(61, 610, waiting=0)
    assert pace.per_s is None
    pace.note(62, 620, waiting=5)
    assert pace.per_s is None


@pytest.mark.parametrize("starts", [None, 3])
def test_a_gap_in_the_count_begins_anew(starts: int | None) -> None:
    pace = watched(10, 60)
    pace.note(61, starts, waiting=5)
    assert pace.per_s is None


def test_a_change_is_noticed_soon() -> None:
    pace = Pace()
    for second in range(100):
        pace.note(second, second, waiting=9)
    for second in range(100, 110):
        pace.note(second, 100 + 20 * (second - 100), waiting=9)
    assert pace.per_s == pytest.approx(20, rel=0.1)


def test_workers_that_stand_still_slow_it_down_until_nothing_is_known() -> None:
    pace = watched(10, 60)
    pace.note(120, 600, waiting=9)
    assert pace.per_s is not None
    assert pace.per_s < 1
    pace.note(61 + MOST_S, 600, waiting=9)
    pace.note(62 + MOST_S, 600, waiting=9)
    assert pace.per_s is None


STEPS = st.lists(st.tuples(st.floats(0.01, 30), st.integers(0, 50), st.integers(0, 3)), max_size=80)


@given(STEPS)
def test_it_is_never_faster_than_what_was_seen(steps: list[tuple[float, int, int]]) -> None:
    pace, at_s, starts, fastest = Pace(), 0.0, 0, 0.0
    for gap_s, more, waiting in steps:
        at_s, starts = at_s + gap_s, starts + more
        fastest = max(fastest, more / gap_s)
        pace.note(at_s, starts, waiting)
        assert pace.per_s is None or 0 <= pace.per_s <= fastest + 1e-6
