import asyncio

import pytest

from adapters.queue.depth import Depths, RecentDepth
from domain.model.errors import Unavailable
from domain.model.priority import Priority
from tests.contract.task_factory import SteppedClock
from tests.contract.wakeup_link import turns

pytestmark = pytest.mark.anyio

TTL_S = 1.0


class Broker:
    """Its queues grow by one with every question."""

    def __init__(self) -> None:
        self.questions = 0
        self.away = False

    async def ask(self) -> Depths:
        self.questions += 1
        await asyncio.sleep(0)
        if self.away:
            raise Unavailable
        return depths(self.questions)


def depths(count: int) -> Depths:
    return dict.fromkeys(Priority, count)


def opened() -> tuple[RecentDepth, Broker, SteppedClock]:
    broker, elapsed = Broker(), SteppedClock(0.0)
    return RecentDepth(broker.ask, elapsed, TTL_S), broker, elapsed


async def test_a_recent_answer_is_given_again() -> None:
    depth, broker, elapsed = opened()
    assert await depth() == depths(1)
    elapsed.advance(0.9 * TTL_S)
    assert await depth() == depths(1)
    assert broker.questions == 1


async def test_an_older_one_is_given_again_while_a_fresh_one_is_asked_for() -> None:
    depth, _, elapsed = opened()
    await depth()
    elapsed.advance(1.5 * TTL_S)
    assert await depth() == depths(1)
    await turns()
    assert await depth() == depths(2)


async def test_an_old_one_is_not_given() -> None:
    depth, _, elapsed = opened()
    await depth()
    elapsed.advance(2 * TTL_S)
    assert await depth() == depths(2)


async def test_who_waits_shares_one_question() -> None:
    depth, broker, _ = opened()
    assert await asyncio.gather(depth(), depth(), depth()) == [depths(1)] * 3
    assert broker.questions == 1


async def test_one_who_gives_up_does_not_take_the_others_answer() -> None:
    depth, _, _ = opened()
    impatient, patient = asyncio.create_task(depth()), asyncio.create_task(depth())
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient == depths(1)


async def test_without_an_answer_the_last_known_one_stands() -> None:
    depth, broker, elapsed = opened()
    await depth()
    broker.away = True
    elapsed.advance(9 * TTL_S)
    assert await depth() == depths(1)
    assert await depth() == depths(1)
    assert broker.questions == 2


async def test_a_slow_answer_is_not_waited_for_and_serves_the_next() -> None:
    broker, elapsed, slow = Broker(), SteppedClock(0.0), asyncio.Event()

    async def ask() -> Depths:
        await slow.wait()
        return await broker.ask()

    depth = RecentDepth(ask, elapsed, TTL_S, patience_s=0.0)
    assert await depth() == depths(0)
    slow.set()
    await turns()
    assert await depth() == depths(1)


async def test_before_anything_is_known_it_is_zero() -> None:
    depth, broker, _ = opened()
    broker.away = True
    assert await depth() == depths(0)
