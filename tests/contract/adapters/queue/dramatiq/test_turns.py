from adapters.queue.dramatiq.turns import TierTurns
from domain.model.priority import Priority, TierClocks
from tests.contract.adapters.queue.dramatiq.memory_tap import MemoryTap
from tests.contract.task_factory import SteppedClock, wakeup
from tests.contract.wakeup_link import AGEING, HIGH, LOW, NORMAL


def tiers_pulled(turns: TierTurns, tap: MemoryTap) -> list[Priority]:
    return [pulled.tier for pulled in iter(lambda: turns.next(tap), None)]


def test_the_highest_tier_is_read_first() -> None:
    tap, turns = MemoryTap(), TierTurns(TierClocks(AGEING), SteppedClock(0.0))
    tap.offer(wakeup(LOW), wakeup(NORMAL), wakeup(HIGH), wakeup(HIGH))
    assert tiers_pulled(turns, tap) == [HIGH, HIGH, NORMAL, LOW]


def test_a_tier_passed_over_for_its_budget_is_read_first_once() -> None:
    elapsed = SteppedClock(0.0)
    tap, turns = MemoryTap(), TierTurns(TierClocks(AGEING), elapsed)
    turns.look(tap)
    tap.offer(wakeup(LOW), wakeup(LOW), wakeup(HIGH), wakeup(HIGH))
    elapsed.advance(AGEING.low_s)
    assert tiers_pulled(turns, tap) == [LOW, HIGH, HIGH, LOW]


def test_a_tier_ages_from_its_first_waiting_message_on() -> None:
    # Every slot was busy for longer than the budget before the low one came: it is not old.
    elapsed = SteppedClock(0.0)
    tap, turns = MemoryTap(), TierTurns(TierClocks(AGEING), elapsed)
    turns.look(tap)
    elapsed.advance(10 * AGEING.low_s)
    turns.look(tap)
    tap.offer(wakeup(LOW), wakeup(HIGH))
    assert tiers_pulled(turns, tap) == [HIGH, LOW]


def test_a_look_does_not_make_what_waits_young_again() -> None:
    elapsed = SteppedClock(0.0)
    tap, turns = MemoryTap(), TierTurns(TierClocks(AGEING), elapsed)
    turns.look(tap)
    tap.offer(wakeup(LOW), wakeup(HIGH))
    elapsed.advance(AGEING.low_s)
    turns.look(tap)
    assert tiers_pulled(turns, tap) == [LOW, HIGH]
