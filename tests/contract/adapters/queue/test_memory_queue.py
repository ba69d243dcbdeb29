import asyncio

import pytest

from adapters.queue.memory import MemoryQueue
from domain.model.priority import Priority
from domain.model.wakeup import Verdict
from tests.contract.task_factory import SteppedClock
from tests.contract.wakeup_link import (
    AGEING,
    HIGH,
    LONG_GRACE_S,
    LOW,
    NO_GRACE_S,
    NORMAL,
    Hand,
    Link,
    consuming,
    publish,
    stop,
    turns,
)

pytestmark = pytest.mark.anyio

EMPTY = dict.fromkeys(Priority, 0)


def connected(grace_s: float = NO_GRACE_S, requeue_after_s: float = 3600.0) -> Link:
    elapsed = SteppedClock(0.0)
    queue = MemoryQueue(AGEING, elapsed, grace_s, requeue_after_s)
    return Link(queue, queue, elapsed, lambda: queue.parked)


async def test_a_tier_ages_from_its_first_waiting_message_on() -> None:
    # Every slot was busy for longer than the budget before the low one came: it is not old.
    link, hand = connected(), Hand()
    async with consuming(link, hand):
        (busy,) = await publish(link, HIGH)
        await hand.holds(1)
        link.elapsed.advance(10 * AGEING.low_s)
        low, high = await publish(link, LOW, HIGH)
        hand.let_go(2)
        assert await hand.holds(3) == [busy, high, low]


async def test_what_rests_is_waiting_and_not_offered_yet() -> None:
    link, hand = connected(), Hand()
    hand.answers = [Verdict.REQUEUE, RuntimeError("unforeseen")]
    async with consuming(link, hand):
        resting, failed, other = await publish(link, NORMAL, NORMAL, LOW)
        hand.let_go(2)
        assert await hand.holds(3) == [resting, failed, other]
        assert await link.queue.depth() == {**EMPTY, NORMAL: 2}


async def test_after_its_rest_a_message_is_counted_once() -> None:
    link, hand = connected(requeue_after_s=0.0), Hand()
    hand.answers = [Verdict.REQUEUE]
    async with consuming(link, hand):
        (message,) = await publish(link, NORMAL)
        hand.let_go()
        assert await hand.holds(2) == [message, message]
        assert await link.queue.depth() == EMPTY


async def test_a_failure_is_logged_with_its_cause(caplog: pytest.LogCaptureFixture) -> None:
    link, hand = connected(), Hand()
    error = RuntimeError("unforeseen")
    hand.answers = [error]
    async with consuming(link, hand):
        failed, _ = await publish(link, NORMAL, NORMAL)
        hand.let_go()
        await hand.holds(2)
    (record,) = [record for record in caplog.records if record.name == "adapters.queue.memory"]
    assert failed.task_id in record.getMessage()
    assert record.exc_info
    assert record.exc_info[1] is error


async def test_what_a_cancel_gives_back_comes_first_again_in_its_order() -> None:
    link, first, second = connected(), Hand(), Hand()
    messages = await publish(link, *[NORMAL] * 5)
    async with consuming(link, first, slots=4):
        await first.holds(4)
    assert await link.queue.depth() == {**EMPTY, NORMAL: 5}
    async with consuming(link, second):
        second.let_go(4)
        assert await second.holds(5) == messages


async def test_a_verdict_given_while_being_cut_off_counts() -> None:
    link, started = connected(), asyncio.Event()

    async def stubborn(_: object) -> Verdict:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return Verdict.ACK
        return Verdict.PARK

    await publish(link, NORMAL)
    consumer = asyncio.create_task(link.source.run(stubborn, 1))
    await started.wait()
    await stop(consumer)
    assert await link.queue.depth() == EMPTY
    assert link.parked() == []


async def test_a_second_cancel_cuts_the_grace_short() -> None:
    link, hand = connected(grace_s=LONG_GRACE_S), Hand()
    await publish(link, NORMAL)
    async with consuming(link, hand) as consumer:
        await hand.holds(1)
        consumer.cancel()
        await turns()
        assert not consumer.done()
        consumer.cancel()
        done, _ = await asyncio.wait([consumer], timeout=LONG_GRACE_S / 2)
        assert done == {consumer}
        assert consumer.cancelled()
    assert await link.queue.depth() == {**EMPTY, NORMAL: 1}


async def test_consumers_of_one_queue_share_its_messages() -> None:
    link, one, other = connected(), Hand(), Hand()
    async with consuming(link, one), consuming(link, other):
        messages = await publish(link, NORMAL, NORMAL)
        await one.holds(1)
        await other.holds(1)
    assert [one.received[0], other.received[0]] == messages


async def test_thousands_pass_through_few_slots() -> None:
    link, hand = connected(), Hand()
    await publish(link, *[NORMAL] * 2_000)
    hand.let_go(2_000)
    async with consuming(link, hand, slots=4):
        await hand.has_ended(2_000)
    assert hand.most_at_once <= 4
    assert await link.queue.depth() == EMPTY
