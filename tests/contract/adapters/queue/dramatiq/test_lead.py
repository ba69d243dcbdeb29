from collections import deque
from concurrent.futures import Future

import pytest
from dramatiq.errors import ConnectionClosed

from adapters.queue.dramatiq.gate import SlotGate
from adapters.queue.dramatiq.handed import Handed
from adapters.queue.dramatiq.handling import Outcome
from adapters.queue.dramatiq.lead import IDLE_NAPS_S, LOOK_EVERY_S, Lead
from adapters.queue.dramatiq.turns import TierTurns
from domain.model.priority import TierClocks
from domain.model.wakeup import Verdict, Wakeup
from tests.contract.adapters.queue.dramatiq.memory_tap import QUEUES, MemoryTap
from tests.contract.task_factory import SteppedClock, wakeup
from tests.contract.wakeup_link import AGEING, HIGH, LOW, NORMAL


class Post:
    """A lead, and what it hands over, on one thread."""

    def __init__(self, slots: int = 1, requeue_after_s: float = 3600.0) -> None:
        self.tap, self.gate = MemoryTap(), SlotGate(slots)
        self.started: list[Wakeup] = []
        self.parked: list[str] = []
        self._outcomes: deque[Future[Outcome]] = deque()
        turns = TierTurns(TierClocks(AGEING), SteppedClock(0.0))
        self.lead = Lead(self.tap, self.gate, turns, QUEUES, self._start, requeue_after_s,
                         self.parked.append)  # fmt: skip

    def _start(self, wakeup: Wakeup) -> Future[Outcome]:
        self.started.append(wakeup)
        self._outcomes.append(Future())
        return self._outcomes[-1]

    def next(self) -> Handed:
        handed = next(self.lead)
        assert handed is not None
        return handed

    def end(self, handed: Handed, outcome: Outcome) -> None:
        self._outcomes.popleft().set_result(outcome)
        self.lead.ack(handed)


def test_wake_ups_start_in_the_order_of_the_pulls() -> None:
    post, messages = Post(slots=3), [wakeup(LOW), wakeup(HIGH), wakeup(NORMAL)]
    post.tap.offer(*messages)
    handed = [post.next() for _ in messages]
    assert post.started == [messages[1], messages[2], messages[0]]
    assert [each.actor_name for each in handed] == ["dq-gpu-high", "dq-gpu-normal", "dq-gpu-low"]
    assert {each.queue_name for each in handed} == {QUEUES.lead}


def test_without_a_free_slot_nothing_is_taken() -> None:
    post = Post(slots=1)
    first, second = post.tap.offer(wakeup(), wakeup())
    handed = post.next()
    post.tap.wake()
    assert next(post.lead) is None
    assert list(post.tap.tiers[NORMAL]) == [second]
    post.end(handed, Verdict.ACK)
    assert post.next().pulled.body == second
    assert post.tap.settled == [(first, Verdict.ACK)]


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [(Verdict.ACK, Verdict.ACK), (Verdict.PARK, Verdict.PARK), (None, Verdict.REQUEUE)],
)
def test_the_broker_is_told_the_verdict(outcome: Outcome, verdict: Verdict) -> None:
    post = Post()
    (body,) = post.tap.offer(wakeup())
    post.end(post.next(), outcome)
    next(post.lead)
    assert post.tap.settled == [(body, verdict)]


def test_an_interrupted_handler_gives_its_message_back() -> None:
    post = Post()
    (body,) = post.tap.offer(wakeup())
    post.lead.nack(post.next())
    next(post.lead)
    assert post.tap.settled == [(body, Verdict.REQUEUE)]


def test_what_rests_takes_no_slot_and_is_offered_later() -> None:
    post = Post()
    resting, other = post.tap.offer(wakeup(), wakeup())
    post.end(post.next(), Verdict.REQUEUE)
    assert post.next().pulled.body == other
    assert post.tap.settled == []
    post.gate.close()
    post.lead.close()
    assert post.tap.settled == [(resting, Verdict.REQUEUE)]


def test_after_its_rest_it_is_offered_again() -> None:
    post = Post(requeue_after_s=0.0)
    (body,) = post.tap.offer(wakeup())
    post.end(post.next(), Verdict.REQUEUE)
    assert post.next().pulled.body == body
    assert post.tap.settled == [(body, Verdict.REQUEUE)]


def test_what_cannot_be_read_is_parked_without_a_slot() -> None:
    post = Post()
    post.tap.tiers[HIGH].append(b"junk")
    (body,) = post.tap.offer(wakeup(LOW))
    assert post.next().pulled.body == body
    assert post.tap.settled == [(b"junk", Verdict.PARK)]
    assert len(post.parked) == 1


def test_what_cannot_be_parked_rests() -> None:
    post = Post(requeue_after_s=0.0)
    post.tap.full = True
    post.tap.tiers[HIGH].append(b"junk")
    next(post.lead)
    assert post.tap.settled == []
    assert post.parked == []
    post.tap.full = False
    next(post.lead)
    assert len(post.parked) == 1
    assert post.tap.settled == [(b"junk", Verdict.REQUEUE), (b"junk", Verdict.PARK)]


def test_a_verdict_outlives_the_connection() -> None:
    post = Post()
    (body,) = post.tap.offer(wakeup())
    handed = post.next()
    post.tap.away = True
    post.end(handed, Verdict.ACK)
    with pytest.raises(ConnectionClosed):
        next(post.lead)
    post.lead.close()
    with pytest.raises(ConnectionClosed):
        post.lead.open()
    post.tap.away = False
    post.lead.open()
    next(post.lead)
    assert post.tap.settled == [(body, Verdict.ACK)]


def test_the_end_settles_what_it_can() -> None:
    post = Post(slots=2)
    done, unfinished = post.tap.offer(wakeup(), wakeup())
    first, second = post.next(), post.next()
    post.gate.close()
    post.end(first, Verdict.ACK)
    post.lead.requeue([second])
    post.lead.close()
    assert post.tap.settled == [(done, Verdict.ACK), (unfinished, Verdict.REQUEUE)]


def test_the_end_does_not_need_the_broker() -> None:
    post = Post()
    post.tap.offer(wakeup())
    handed = post.next()
    post.gate.close()
    post.tap.away = True
    post.end(handed, Verdict.ACK)
    post.lead.close()
    assert post.tap.settled == []


def test_idle_naps_grow_and_a_message_makes_them_short_again() -> None:
    post = Post(slots=2)
    for _ in range(5):
        next(post.lead)
    assert post.tap.rests_s == [*IDLE_NAPS_S, IDLE_NAPS_S[-1]]
    post.tap.offer(wakeup())
    post.next()
    next(post.lead)
    assert post.tap.rests_s[-1] == IDLE_NAPS_S[0]


def test_without_room_it_rests_until_the_next_look() -> None:
    post = Post()
    post.tap.offer(wakeup())
    post.next()
    post.tap.wake()
    next(post.lead)
    assert IDLE_NAPS_S[-1] < post.tap.rests_s[-1] <= LOOK_EVERY_S
