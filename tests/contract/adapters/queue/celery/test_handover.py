import asyncio
from concurrent.futures import CancelledError, Future

import pytest

from adapters.queue.celery.handover import Handover
from domain.model.wakeup import Verdict, Wakeup
from tests.contract.task_factory import wakeup
from tests.contract.wakeup_link import LONG_GRACE_S, NO_GRACE_S, Hand, turns

pytestmark = pytest.mark.anyio


async def test_a_thread_gets_the_verdict_of_the_loop() -> None:
    async def handle(message: Wakeup) -> Verdict:
        return Verdict.PARK

    handover = Handover(asyncio.get_running_loop(), handle)
    answer = await asyncio.to_thread(lambda: handover.ask(wakeup()).result())
    assert answer is Verdict.PARK
    assert handover.idle


async def test_a_thread_gets_what_the_handler_raised() -> None:
    async def handle(message: Wakeup) -> Verdict:
        raise LookupError(message.task_id)

    handover = Handover(asyncio.get_running_loop(), handle)
    with pytest.raises(LookupError):
        await asyncio.to_thread(lambda: handover.ask(wakeup()).result())


async def test_a_cancelled_answer_means_that_the_handler_has_ended() -> None:
    ended: list[str] = []
    began = asyncio.Event()

    async def handle(message: Wakeup) -> Verdict:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(message.task_id)
        return Verdict.ACK

    handover, message = Handover(asyncio.get_running_loop(), handle), wakeup()
    answer = handover.ask(message)
    await began.wait()
    assert not handover.idle
    await handover.drain(NO_GRACE_S)
    assert await asyncio.to_thread(is_cancelled, answer)
    assert ended == [message.task_id]
    assert handover.idle


async def test_what_ends_within_the_grace_is_let() -> None:
    hand = Hand()
    handover = Handover(asyncio.get_running_loop(), hand)
    answer = handover.ask(wakeup())
    await hand.holds(1)
    draining = asyncio.create_task(handover.drain(LONG_GRACE_S))
    await turns()
    assert not draining.done()
    hand.let_go()
    await draining
    assert answer.result() is Verdict.ACK


async def test_what_is_asked_while_it_drains_is_cancelled() -> None:
    hand = Hand()
    handover = Handover(asyncio.get_running_loop(), hand)
    await handover.drain(LONG_GRACE_S)
    answer = handover.ask(wakeup())
    assert await asyncio.to_thread(is_cancelled, answer)
    assert hand.received == []


def is_cancelled(answer: Future[Verdict]) -> bool:
    """As the thread that waits for it is told."""
    try:
        answer.result()
    except CancelledError:
        return True
    return False
