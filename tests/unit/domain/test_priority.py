"""Order of the tiers, and the share that ageing guarantees."""

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.model.priority import Ageing, Priority, TierClocks, pull_order

HIGH, NORMAL, LOW = Priority
PLAIN = (HIGH, NORMAL, LOW)
TIMES = st.floats(0, 1e6)
BUDGETS = st.builds(Ageing, normal_s=st.floats(1, 300), low_s=st.floats(1, 300))


@given(TIMES, st.dictionaries(st.sampled_from(Priority), TIMES), BUDGETS)
def test_it_is_always_a_permutation_and_only_overdue_tiers_move_forward(
    now_s: float, last_s: dict[Priority, float], ageing: Ageing
) -> None:
    order = pull_order(now_s, last_s, ageing)
    assert sorted(order) == sorted(Priority)
    fresh = [t for t in PLAIN if now_s - last_s.get(t, now_s) < ageing.budget_s(t)]
    assert [tier for tier in order if tier in fresh] == fresh


@given(st.dictionaries(st.sampled_from(Priority), st.floats(971, 1000)))
def test_high_comes_first_while_nothing_has_aged(last_s: dict[Priority, float]) -> None:
    assert pull_order(1000.0, last_s, Ageing(normal_s=30, low_s=120)) == PLAIN


def test_an_aged_tier_goes_first_and_the_one_most_overdue_before_the_other() -> None:
    ageing = Ageing(normal_s=30, low_s=120)
    assert pull_order(30, {HIGH: 1, NORMAL: 0, LOW: 0}, ageing)[0] is NORMAL
    assert pull_order(120, {HIGH: 110, NORMAL: 110, LOW: 0}, ageing)[0] is LOW
    assert pull_order(200, {HIGH: 199, NORMAL: 100, LOW: 0}, ageing)[0] is LOW
    assert pull_order(200, {HIGH: 199, NORMAL: 60, LOW: 0}, ageing)[0] is NORMAL
    assert pull_order(200, {HIGH: 199, NORMAL: 60, LOW: 0}, ageing) == (NORMAL, LOW, HIGH)


def test_an_aged_tier_jumps_the_queue_once_and_then_high_has_its_turn() -> None:
    """Tasks longer than a budget would otherwise keep the high ones out for ever."""
    ageing = Ageing(normal_s=30, low_s=120)
    assert pull_order(80, {HIGH: 0, NORMAL: 40, LOW: 0}, ageing) == PLAIN
    assert pull_order(120, {HIGH: 80, NORMAL: 40, LOW: 0}, ageing)[0] is NORMAL


def test_nothing_has_aged_at_the_first_pull() -> None:
    clocks = TierClocks(Ageing(normal_s=0.5, low_s=1))
    assert clocks.order(1e6) == PLAIN


def test_a_clock_restarts_when_its_tier_was_served_or_empty() -> None:
    clocks = TierClocks(Ageing(normal_s=30, low_s=120))
    clocks.order(0)
    clocks.restart(HIGH, 10)
    assert clocks.order(30)[0] is NORMAL
    clocks.restart(NORMAL, 30)
    assert clocks.order(31) == PLAIN


def starts(ageing: Ageing, task_s: list[float]) -> Iterator[tuple[float, Priority]]:
    """One slot, every tier always full: when which tier starts a task."""
    clocks, now_s = TierClocks(ageing), 0.0
    for duration_s in task_s:
        tier = clocks.order(now_s)[0]
        clocks.restart(tier, now_s)
        yield now_s, tier
        now_s += duration_s


@given(BUDGETS, st.lists(st.floats(0.1, 400), min_size=5, max_size=60))
def test_under_constant_load_each_tier_starts_within_its_budget_and_three_tasks(
    ageing: Ageing, task_s: list[float]
) -> None:
    began = list(starts(ageing, task_s))
    slack_s = 3 * max(task_s)
    for tier in (NORMAL, LOW):
        at = [0.0, *(now_s for now_s, served in began if served is tier), began[-1][0]]
        longest_s = max(b - a for a, b in pairwise(at))
        assert longest_s <= ageing.budget_s(tier) + slack_s


@given(BUDGETS, st.lists(st.floats(0.1, 400), min_size=5, max_size=60))
def test_under_constant_load_high_has_at_least_every_third_start(
    ageing: Ageing, task_s: list[float]
) -> None:
    served = [tier for _, tier in starts(ageing, task_s)]
    for window in zip(served, served[1:], served[2:], strict=False):
        assert HIGH in window


def test_with_short_tasks_the_default_share_is_one_start_a_budget() -> None:
    """A low task about every 120 s, a normal one about every 30 s, and all the rest is high."""
    began = list(starts(Ageing(), [1.0] * 1200))
    for tier, budget_s in ((NORMAL, 30), (LOW, 120)):
        at = [now_s for now_s, served in began if served is tier]
        assert {b - a for a, b in pairwise(at)} <= {budget_s, budget_s + 1}
    assert sum(served is HIGH for _, served in began) > 0.95 * len(began)
