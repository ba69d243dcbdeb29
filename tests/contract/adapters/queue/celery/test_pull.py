import pytest
from celery.exceptions import WorkerShutdown

from adapters.queue.celery.hands import Fate, Hand, Hands
from adapters.queue.celery.pull import Pull
from domain.model.priority import TierClocks
from tests.contract.adapters.queue.celery.shelf import (
    BROKER,
    Letter,
    Shelf,
    ShelfTiers,
    SteppedHub,
)
from tests.contract.task_factory import SteppedClock
from tests.contract.wakeup_link import AGEING, HIGH, LOW, NORMAL


class Bench:
    """A pull at work on queues in memory."""

    def __init__(self, slots: int = 1) -> None:
        self.shelf, self.tiers, self.hub = Shelf(), ShelfTiers(), SteppedHub()
        self.elapsed = SteppedClock(0.0)
        self.hands: Hands = self.shelf.hands(slots)
        self.pull = Pull(BROKER, self.hands, TierClocks(AGEING), self.elapsed)
        self.started: list[Hand] = []

    def attach(self) -> None:
        self.pull.attach(self.hub, self.tiers, self.started.append)

    def finish(self, hand: Hand, fate: Fate = Fate.ACK) -> None:
        hand.fate = fate
        self.pull.settled(hand)
        self.hub.fire()

    def started_ids(self) -> list[str]:
        return [hand.wakeup.task_id for hand in self.started]


def test_it_takes_as_many_as_there_are_slots_the_highest_first() -> None:
    bench = Bench(slots=2)
    low, high, normal = (bench.tiers.put(tier) for tier in (LOW, HIGH, NORMAL))
    bench.attach()
    assert bench.started_ids() == [high.task_id, normal.task_id]
    bench.finish(bench.started[0])
    assert bench.started_ids() == [high.task_id, normal.task_id, low.task_id]


def test_empty_queues_are_looked_at_less_and_less_often() -> None:
    bench = Bench()
    bench.attach()
    waits = []
    for _ in range(6):
        waits += [timer.delay_s for timer in bench.hub.alive()]
        bench.hub.fire()
    assert waits == [0.005, 0.01, 0.02, 0.04, 0.05, 0.05]
    bench.tiers.put(LOW)
    bench.hub.fire()
    bench.finish(bench.started[0])
    assert [timer.delay_s for timer in bench.hub.alive()] == [0.005]


def test_a_full_worker_does_not_look() -> None:
    bench = Bench()
    bench.tiers.put(LOW)
    bench.attach()
    assert len(bench.started) == 1
    assert bench.hub.alive() == []


def test_a_tier_that_was_empty_while_all_slots_were_busy_is_not_old() -> None:
    bench = Bench()
    bench.tiers.put(HIGH)
    bench.attach()
    bench.elapsed.advance(10 * AGEING.low_s)
    bench.hub.repeated[0].call()
    bench.tiers.put(LOW)
    high = bench.tiers.put(HIGH)
    bench.finish(bench.started[0])
    assert bench.started_ids()[1] == high.task_id


def test_a_tier_that_waited_while_all_slots_were_busy_is_old() -> None:
    bench = Bench()
    bench.tiers.put(HIGH)
    low = bench.tiers.put(LOW)
    bench.attach()
    bench.elapsed.advance(AGEING.low_s)
    bench.hub.repeated[0].call()
    bench.tiers.put(HIGH)
    bench.finish(bench.started[0])
    assert bench.started_ids()[1] == low.task_id


def test_what_cannot_be_read_is_parked_and_the_next_is_taken() -> None:
    bench = Bench()
    junk = Letter(b"junk", {})
    bench.tiers.put(HIGH, junk)
    low = bench.tiers.put(LOW)
    bench.attach()
    assert bench.started_ids() == [low.task_id]
    assert [parked.body for parked in bench.shelf.parked] == [b"junk"]
    assert junk.told == ["ack"]


def test_whatever_the_connection_raises_makes_celery_connect_again() -> None:
    bench = Bench()
    bench.attach()
    bench.tiers.gone = LookupError("no such queue")
    with pytest.raises(ConnectionError):
        bench.hub.fire()


def test_a_freed_slot_is_a_freed_slot_whatever_the_connection_raises() -> None:
    bench = Bench(slots=2)
    for tier in (HIGH, LOW):
        bench.tiers.put(tier)
    bench.attach()
    bench.tiers.gone = ConnectionError("gone")
    for hand in bench.started:
        hand.fate = Fate.ACK
        bench.pull.settled(hand)
    assert bench.hands.empty


def test_detached_it_takes_nothing() -> None:
    bench = Bench()
    bench.attach()
    bench.pull.detach()
    bench.pull.detach()
    bench.tiers.put(HIGH)
    bench.pull.look()
    assert bench.started == []
    assert bench.hub.alive() == []
    assert bench.hub.repeated[0].cancelled
    assert bench.tiers.life == ["open", "close"]


def test_a_slot_freed_on_an_old_connection_is_filled_on_the_new_one() -> None:
    bench = Bench()
    bench.tiers.put(HIGH)
    bench.attach()
    bench.pull.detach()
    later = bench.tiers.put(LOW)
    bench.attach()
    assert len(bench.started) == 1
    bench.finish(bench.started[0])
    assert bench.started_ids()[1] == later.task_id


def test_draining_it_takes_nothing_and_leaves_with_the_last() -> None:
    bench = Bench(slots=2)
    bench.tiers.put(HIGH)
    bench.attach()
    bench.pull.drain()
    for call in bench.hub.soon:
        call()
    bench.tiers.put(HIGH)
    bench.hub.fire()
    assert len(bench.started) == 1
    with pytest.raises(WorkerShutdown):
        bench.finish(bench.started[0])
    assert bench.started[0].message.told == ["ack"]


def test_draining_gives_back_what_rests() -> None:
    bench = Bench()
    bench.tiers.put(HIGH)
    bench.attach()
    bench.pull.drain()
    with pytest.raises(WorkerShutdown):
        bench.finish(bench.started[0], Fate.REST)
    assert bench.started[0].message.told == ["requeue"]


def test_drained_before_it_began_it_leaves_at_once() -> None:
    bench = Bench()
    bench.pull.drain()
    with pytest.raises(WorkerShutdown):
        bench.attach()


@pytest.mark.parametrize("draining", [False, True])
@pytest.mark.parametrize("idle", [False, True])
def test_without_a_broker_it_leaves_only_when_it_drains_and_is_idle(
    draining: bool, idle: bool
) -> None:
    bench = Bench()
    if draining:
        bench.pull.drain()
    left = False
    try:
        bench.pull.leave_if_abandoned(idle)
    except WorkerShutdown:
        left = True
    assert left == (draining and idle)
