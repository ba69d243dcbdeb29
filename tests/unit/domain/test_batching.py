"""The batcher's promises, one at a time."""

from dataclasses import replace
from typing import Any

from domain.model.batching import (
    KNOWN_GROUPS,
    SHORTAGE_S,
    BatchLimits,
    BatchPlanner,
    Waiting,
)
from domain.model.priority import Priority

LIMITS = BatchLimits(window_s=1, max_items=4, patience_s=100)
HIGH, NORMAL, LOW = Priority


def planner(coming: int = 1, **limits: Any) -> BatchPlanner[Waiting]:
    """With so many still on their way for model "m"."""
    made = BatchPlanner[Waiting](replace(LIMITS, **limits))
    for _ in range(coming):
        made.expect("m")
    return made


def add(
    to: BatchPlanner[Waiting], items: int = 1, now_s: float = 0.0, **facts: Any
) -> list[Waiting]:
    added = [Waiting(**{"model": "m", **facts}) for _ in range(items)]
    for item in added:
        to.add(item, now_s)
    return added


def test_an_item_waits_for_company_no_longer_than_the_window() -> None:
    some = planner()
    assert some.wake_at_s() is None
    [item] = add(some, now_s=5.0)
    assert some.take(5.9) == ()
    assert some.wake_at_s() == 6.0
    assert some.take(6.0) == [item]
    assert some.take(6.0) == ()


def test_a_full_batch_goes_at_once() -> None:
    some = planner()
    items = add(some, 5)
    assert some.take(0) == items[:4]
    assert some.take(0) == ()


def test_nobody_waits_for_company_that_can_not_come() -> None:
    some = planner(coming=2)
    items = add(some, 2)
    some.expect_less("m")
    assert some.take(0) == ()
    some.expect_less("m")
    assert some.take(0) == items


def test_those_who_come_for_another_model_are_no_company() -> None:
    some = planner(coming=0)
    some.expect("other")
    items = add(some, 2)
    assert some.take(0) == items


def test_only_equal_keys_share_a_batch_and_the_oldest_goes_first() -> None:
    some = planner(coming=0)
    wide, tall = add(some, key=(2, 1)), add(some, key=(1, 2), now_s=0.1)
    more = add(some, key=(2, 1), now_s=0.2)
    assert some.take(1) == [*wide, *more]
    assert some.take(1) == tall


def test_a_busy_key_does_not_starve_another() -> None:
    some = planner()
    add(some, 8, key="busy")
    rare = add(some, key="rare", now_s=0.5)
    assert len(some.take(2)) == 4
    add(some, 8, key="busy", now_s=2)
    assert {item.key for item in some.take(2)} == {"busy"}
    assert some.take(2) == rare


def test_the_higher_priority_goes_first_within_a_key_and_across() -> None:
    some = planner(coming=0, max_items=2)
    low, normal, high = (add(some, 2, priority=each) for each in (LOW, NORMAL, HIGH))
    other = add(some, key="other", priority=HIGH, now_s=0.1)
    assert some.take(1) == high
    assert some.take(1) == other
    assert some.take(1) == normal
    assert some.take(1) == low


def test_a_high_one_does_not_wait_for_company_while_lower_ones_take_the_device() -> None:
    some = planner()
    low = add(some, 4, key="full", priority=LOW)
    high = add(some, key="young", priority=HIGH)
    assert some.take(0) == high
    assert some.take(0) == low


def test_a_patient_low_one_gets_its_turn_although_high_ones_keep_coming() -> None:
    some = planner(coming=0, max_items=1, patience_s=10)
    low = add(some, priority=LOW)
    add(some, 3, priority=HIGH, now_s=9)
    assert some.take(9)[0].priority is HIGH
    assert some.take(10) == low


def test_what_runs_alone_runs_alone_and_at_once() -> None:
    some = planner()
    [mate] = add(some)
    first, second = add(some, 2, alone=True)
    assert some.take(0) == [first]
    assert some.take(0) == [second]
    assert some.take(0) == ()
    assert some.take(1) == [mate]


def test_costs_add_up_to_the_budget_and_one_item_may_exceed_it() -> None:
    some = planner(coming=0)
    small = add(some, 3, cost_px=40, budget_px=100)
    large = add(some, 2, cost_px=101, budget_px=100)
    assert some.take(0) == small[:2]
    assert some.take(0) == small[2:]
    assert [some.take(0), some.take(0)] == [large[:1], large[1:]]


def test_an_item_that_fills_the_budget_does_not_wait_for_company() -> None:
    some = planner()
    items = add(some, 2, cost_px=60, budget_px=100)
    assert some.take(0) == items[:1]


def test_who_left_is_not_taken() -> None:
    some = planner(coming=0)
    first, second = add(some, 2)
    some.discard(first)
    some.discard(first)
    assert some.take(0) == [second]
    some.discard(second)
    assert some.wake_at_s() is None


def test_on_a_cpu_the_first_goes_alone_and_then_as_many_as_take_the_time() -> None:
    some = planner(batch_s=0.020, max_items=16)
    items = add(some, 12)
    assert some.take(0) == items[:1]
    some.measured(items[:1], 0.005)
    assert some.take(0) == items[1:5]
    some.measured(items[1:5], 0.100)  # 25 ms an item: disturbed, or slower from now on
    assert len(some.take(0)) == 2


def test_an_item_as_slow_as_a_whole_batch_never_waits() -> None:
    some = planner(batch_s=0.020)
    for at_s in range(3):
        [item] = add(some, now_s=at_s)
        assert some.take(at_s) == [item]
        some.measured([item], 0.030)


def test_where_no_time_is_set_measures_change_nothing() -> None:
    some = planner()
    items = add(some, 4)
    some.measured(items, 4.0)
    assert some.take(0) == items


def test_a_batch_that_did_not_fit_is_remembered_for_a_while() -> None:
    some = planner(coming=0)
    items = add(some, 4)
    assert some.take(0) == items
    some.overflowed(items, 0)
    assert len(add(some, 6)) == 6
    assert [len(some.take(1)) for _ in range(3)] == [2, 2, 2]
    add(some, 4)
    assert len(some.take(SHORTAGE_S)) == 4


def test_a_single_item_that_does_not_fit_still_gets_its_turn() -> None:
    some = planner(coming=0)
    [item] = add(some)
    some.overflowed([item], 0)
    add(some)
    assert len(some.take(0)) == 1


def test_only_so_many_groups_are_remembered() -> None:
    some = planner(batch_s=1.0)
    for size in range(KNOWN_GROUPS + 1):
        [item] = add(some, key=size)
        some.discard(item)
        some.measured([item], 0.1)
    forgotten, known = add(some, 2, key=0), add(some, 4, key=KNOWN_GROUPS)
    assert some.take(0) == forgotten[:1]
    assert [some.take(0), some.take(0)] == [forgotten[1:], known]


def test_in_a_hurry_nobody_waits() -> None:
    some = planner()
    items = add(some, 2)
    some.hurry()
    assert some.take(0) == items


def test_everybody_leaves_at_once() -> None:
    some = planner()
    items = [item for key in range(3) for item in add(some, key=key)]
    assert some.take_all() == items
    assert some.take(9) == ()
