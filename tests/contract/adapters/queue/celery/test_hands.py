import pytest

from adapters.queue.celery.hands import Fate, Hands
from tests.contract.adapters.queue.celery.shelf import (
    BROKER,
    REST_S,
    Letter,
    Shelf,
    SteppedHub,
    letter,
    taken,
)


def attached(shelf: Shelf, slots: int = 1) -> tuple[Hands, SteppedHub]:
    hands, hub = shelf.hands(slots), SteppedHub()
    hands.attach(hub)
    return hands, hub


@pytest.mark.parametrize(("fate", "told"), [(Fate.ACK, "ack"), (Fate.GIVE_BACK, "requeue")])
def test_the_broker_is_told_at_once(fate: Fate, told: str) -> None:
    hands, hub = attached(Shelf())
    hand = taken(hands)
    assert not hands.has_room
    hand.fate = fate
    hands.settle(hand)
    assert hand.message.told == [told]
    assert hands.has_room
    assert hands.empty
    assert hub.alive() == []


def test_what_nobody_decided_on_is_given_back() -> None:
    hands, _ = attached(Shelf())
    hand = taken(hands)
    hands.settle(hand)
    assert hand.message.told == ["requeue"]


def test_what_rests_takes_no_slot_and_is_offered_again_after_its_rest() -> None:
    hands, hub = attached(Shelf())
    hand = taken(hands)
    hand.fate = Fate.REST
    hands.settle(hand)
    assert hands.has_room
    assert not hands.empty
    assert [timer.delay_s for timer in hub.alive()] == [REST_S]
    assert hand.message.told == []
    hub.fire()
    assert hand.message.told == ["requeue"]
    assert hands.empty


def test_what_rests_is_given_back_once_when_the_worker_leaves() -> None:
    hands, hub = attached(Shelf())
    hand = taken(hands)
    hand.fate = Fate.REST
    hands.settle(hand)
    hands.give_back_resting()
    hub.fire()
    assert hand.message.told == ["requeue"]
    assert hands.empty


def test_what_rested_on_a_lost_connection_is_forgotten() -> None:
    hands, hub = attached(Shelf())
    hand = taken(hands)
    hand.fate = Fate.REST
    hands.settle(hand)
    hands.attach(SteppedHub())
    assert hub.alive() == []
    assert hands.empty
    assert hand.message.told == []


def test_parked_it_lies_there_whole_before_it_is_acked() -> None:
    shelf = Shelf()
    hands, _ = attached(shelf)
    message = letter()
    hand = taken(hands, message)
    hand.fate = Fate.PARK
    hands.settle(hand)
    (parked,) = shelf.parked
    assert (parked.queue, parked.body) == (BROKER.parked, message.body)
    assert {**message.headers, "parked-because": "its handler could not read it"} == parked.headers
    assert message.told == ["ack"]
    assert shelf.reasons == ["its handler could not read it"]


def test_what_cannot_be_parked_is_offered_again() -> None:
    shelf = Shelf()
    shelf.broken = ConnectionError("no broker")
    hands, hub = attached(shelf)
    message = letter()
    hands.park(message, "junk")
    assert message.told == shelf.reasons == []
    hub.fire()
    assert message.told == ["requeue"]


def test_a_dead_connection_frees_the_slot_all_the_same() -> None:
    hands, _ = attached(Shelf())
    message = letter()
    message.broken = ConnectionError("gone")
    hand = taken(hands, message)
    hand.fate = Fate.ACK
    hands.settle(hand)
    assert hands.has_room


def test_it_knows_what_it_holds_through_a_channel() -> None:
    hands, _ = attached(Shelf(), slots=3)
    channel = object()
    busy, resting = (Letter("", {}, delivery_tag=tag, channel=channel) for tag in (1, 2))
    taken(hands, busy)
    taken(hands, Letter("", {}, delivery_tag=3, channel=object()))
    hand = taken(hands, resting)
    hand.fate = Fate.REST
    hands.settle(hand)
    assert sorted(hands.held_from(channel)) == [1, 2]
