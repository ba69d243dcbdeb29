import asyncio
from concurrent.futures import Future

import pytest

from adapters.queue.dramatiq.handling import Handling, Outcome
from domain.model.wakeup import Verdict, Wakeup
from tests.contract.task_factory import wakeup
from tests.contract.wakeup_link import LONG_GRACE_S, NO_GRACE_S, Hand

pytestmark = pytest.mark.anyio


async def outcome(handled: Future[Outcome]) -> Outcome:
    return await asyncio.wrap_future(handled)


async def test_handlers_start_in_the_order_they_were_told() -> None:
    hand = Hand()
    handling, messages = Handling(hand), [wakeup() for _ in range(5)]
    handled = await asyncio.to_thread(lambda: [handling.start(each) for each in messages])
    assert await hand.holds(5) == messages
    hand.let_go(5)
    assert [await outcome(each) for each in handled] == [Verdict.ACK] * 5


async def test_a_failure_means_later_again() -> None:
    hand = Hand()
    hand.answers = [RuntimeError("unforeseen")]
    handled = Handling(hand).start(wakeup())
    hand.let_go()
    assert await outcome(handled) is Verdict.REQUEUE


async def test_a_drain_waits_for_what_finishes() -> None:
    hand = Hand()
    handling = Handling(hand)
    handled = handling.start(wakeup())
    await hand.holds(1)
    drain = asyncio.create_task(handling.drain(LONG_GRACE_S))
    hand.let_go()
    await drain
    assert await outcome(handled) is Verdict.ACK


async def test_a_drain_gives_back_what_does_not() -> None:
    hand = Hand()
    handling = Handling(hand)
    handled = handling.start(wakeup())
    await hand.holds(1)
    await handling.drain(NO_GRACE_S)
    assert await outcome(handled) is None


async def test_once_draining_nothing_starts() -> None:
    hand = Hand()
    handling = Handling(hand)
    await handling.drain(LONG_GRACE_S)
    assert await outcome(handling.start(wakeup())) is None
    assert hand.received == []


async def test_a_second_cancel_cuts_the_grace_short() -> None:
    hand = Hand()
    handling = Handling(hand)
    handled = handling.start(wakeup())
    await hand.holds(1)
    drain = asyncio.create_task(handling.drain(LONG_GRACE_S))
    await asyncio.sleep(0)
    drain.cancel()
    with pytest.raises(asyncio.CancelledError):
        await drain
    assert await outcome(handled) is None


async def test_a_verdict_reached_in_spite_of_the_cancel_counts() -> None:
    begun = asyncio.Event()

    async def stubborn(_: Wakeup) -> Verdict:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return Verdict.ACK
        raise AssertionError

    handling = Handling(stubborn)
    handled = handling.start(wakeup())
    await begun.wait()
    await handling.drain(NO_GRACE_S)
    assert await outcome(handled) is Verdict.ACK
