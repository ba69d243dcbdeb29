"""The lead inside Dramatiq's own worker: what is relied on there beyond its documentation."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from dramatiq.middleware import Retries

from adapters.queue.dramatiq.gate import SlotGate
from adapters.queue.dramatiq.handling import Handling
from adapters.queue.dramatiq.lead import Lead
from adapters.queue.dramatiq.led_broker import LedBroker, worker_on
from adapters.queue.dramatiq.turns import TierTurns
from domain.model.priority import TierClocks
from domain.model.wakeup import Verdict, Wakeup
from tests.contract.adapters.queue.dramatiq.memory_tap import QUEUES, MemoryTap
from tests.contract.task_factory import SteppedClock, wakeup
from tests.contract.wakeup_link import AGEING, HIGH, LONG_GRACE_S, LOW, NORMAL, Hand

pytestmark = pytest.mark.anyio


class LedMemoryBroker(LedBroker):
    def declare_queue(self, queue_name: str) -> None:
        self.queues[queue_name] = None


class Shop:
    """A worker over a tap in memory."""

    def __init__(self, handle: Callable[[Wakeup], Awaitable[Verdict]], slots: int) -> None:
        self.tap, self.gate, self.handling = MemoryTap(), SlotGate(slots), Handling(handle)
        self.broker = LedMemoryBroker(middleware=[Retries(max_retries=0)])
        turns = TierTurns(TierClocks(AGEING), SteppedClock(0.0))
        start = self.handling.start
        self.broker.lead = Lead(self.tap, self.gate, turns, QUEUES, start, 3600.0)
        self.worker = worker_on(self.broker, QUEUES, slots)

    async def stop(self) -> None:
        self.gate.close()
        await self.handling.drain(LONG_GRACE_S)
        await asyncio.to_thread(self.worker.stop, 5_000)


async def test_every_tier_comes_through_the_one_consumer() -> None:
    hand = Hand()
    shop = Shop(hand, slots=3)
    messages = [wakeup(HIGH), wakeup(NORMAL), wakeup(LOW)]
    bodies = shop.tap.offer(*messages)
    shop.worker.start()
    assert await hand.holds(3) == messages
    assert list(shop.worker.consumers) == [QUEUES.lead]
    hand.let_go(3)
    await shop.stop()
    assert sorted(shop.tap.settled) == sorted((body, Verdict.ACK) for body in bodies)


async def test_a_worker_takes_as_many_as_it_has_threads() -> None:
    hand = Hand()
    shop = Shop(hand, slots=2)
    shop.tap.offer(*(wakeup() for _ in range(5)))
    shop.worker.start()
    await hand.holds(2)
    assert sum(map(len, shop.tap.tiers.values())) == 3
    hand.let_go(5)
    await hand.has_ended(5)
    await shop.stop()
    assert hand.most_at_once == 2


async def test_a_stop_leaves_nothing_in_hand() -> None:
    hand = Hand()
    shop = Shop(hand, slots=2)
    first, second, *_ = shop.tap.offer(*(wakeup() for _ in range(4)))
    shop.worker.start()
    await hand.holds(2)
    hand.let_go(2)
    await shop.stop()
    assert sorted(shop.tap.settled) == sorted([(first, Verdict.ACK), (second, Verdict.ACK)])
    assert [thread for thread in shop.worker.workers if thread.is_alive()] == []


async def test_the_three_actors_are_ranked_and_never_retried() -> None:
    shop = Shop(Hand(), slots=1)
    actors = sorted(shop.broker.actors.values(), key=lambda actor: actor.priority)
    assert [(actor.actor_name, actor.priority) for actor in actors] == [
        ("dq-gpu-high", 0), ("dq-gpu-normal", 50), ("dq-gpu-low", 100),
    ]  # fmt: skip
    assert {actor.options["max_retries"] for actor in actors} == {0}
    assert shop.broker.get_declared_delay_queues() == set()
