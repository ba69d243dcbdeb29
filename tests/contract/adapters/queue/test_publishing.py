import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from adapters.queue import depth
from adapters.queue.publishing import BoundedPublishing, CircuitBreaker, PublishingLimits
from domain.model.errors import Unavailable
from tests.contract.task_factory import SteppedClock
from tests.contract.wakeup_link import PATIENCE_S, turns

pytestmark = pytest.mark.anyio

ONE_LANE = PublishingLimits(lanes=1, batch=4, time_limit_s=20.0, rest_s=1.0)
HURRIED = PublishingLimits(lanes=1, batch=4, time_limit_s=0.01, rest_s=1.0)


class Broker:
    """A blocking client that a test holds up and breaks."""

    def __init__(self) -> None:
        self.sent: list[list[str]] = []
        self.broken: Exception | None = None
        self.left = 0
        self.free = threading.Event()
        self.free.set()
        self.entered = threading.Semaphore(0)

    def send(self, messages: Sequence[str]) -> None:
        self.entered.release()
        self.free.wait()
        if self.broken is not None:
            raise self.broken
        self.sent.append(list(messages))

    def leave(self) -> None:
        self.left += 1

    async def is_entered(self) -> None:
        assert await asyncio.to_thread(self.entered.acquire, timeout=PATIENCE_S)

    async def has_sent(self, count: int) -> None:
        """And the loop has heard of it."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.sent) < count:
                await asyncio.to_thread(lambda: None)
        await turns()


@asynccontextmanager
async def publishing(
    broker: Broker, limits: PublishingLimits, elapsed: SteppedClock | None = None
) -> AsyncIterator[BoundedPublishing[str]]:
    opened = BoundedPublishing(broker.send, elapsed or SteppedClock(0.0), limits, broker.leave)
    try:
        yield opened
    finally:
        broker.free.set()
        await opened.aclose()


async def held_up(broker: Broker, opened: BoundedPublishing[str]) -> asyncio.Task[None]:
    """The only lane is busy with a message that does not get through."""
    broker.free.clear()
    first = asyncio.create_task(opened.publish("first"))
    await broker.is_entered()
    return first


async def test_a_publish_returns_after_the_send() -> None:
    broker = Broker()
    async with publishing(broker, ONE_LANE) as opened:
        await opened.publish("a")
        assert broker.sent == [["a"]]


async def test_what_comes_while_the_lanes_are_busy_goes_out_together() -> None:
    broker = Broker()
    async with publishing(broker, ONE_LANE) as opened:
        first = await held_up(broker, opened)
        others = [asyncio.create_task(opened.publish(name)) for name in "abcde"]
        await asyncio.sleep(0)
        broker.free.set()
        await asyncio.gather(first, *others)
        assert broker.sent == [["first"], list("abcd"), ["e"]]


async def test_lanes_work_side_by_side() -> None:
    broker = Broker()
    async with publishing(broker, PublishingLimits(lanes=2, time_limit_s=20.0)) as opened:
        first = await held_up(broker, opened)
        second = asyncio.create_task(opened.publish("second"))
        await broker.is_entered()
        broker.free.set()
        await asyncio.gather(first, second)
        assert sorted(broker.sent) == [["first"], ["second"]]


async def test_what_a_send_raises_reaches_its_callers_as_unavailable() -> None:
    broker = Broker()
    broker.broken = ConnectionRefusedError("nobody there")
    async with publishing(broker, ONE_LANE) as opened:
        with pytest.raises(Unavailable, match="nobody there") as raised:
            await opened.publish("a")
        assert raised.value.__cause__ is broker.broken


async def test_a_broker_that_holds_up_the_send_does_not_hold_up_the_caller() -> None:
    broker = Broker()
    async with publishing(broker, HURRIED) as opened:
        broker.free.clear()
        with pytest.raises(Unavailable, match=r"within 0\.01 s"):
            await opened.publish("a")


async def test_who_gave_up_waiting_for_a_lane_is_not_sent() -> None:
    broker = Broker()
    async with publishing(broker, ONE_LANE) as opened:
        first = await held_up(broker, opened)
        impatient, patient = (asyncio.create_task(opened.publish(name)) for name in "ip")
        await asyncio.sleep(0)
        impatient.cancel()
        await asyncio.wait([impatient])
        broker.free.set()
        await asyncio.gather(first, patient)
        assert broker.sent == [["first"], ["p"]]


async def test_after_a_failure_nothing_is_tried_until_the_rest_is_over() -> None:
    broker, elapsed = Broker(), SteppedClock(0.0)
    broker.broken = ConnectionRefusedError()
    async with publishing(broker, ONE_LANE, elapsed) as opened:
        for _ in range(2):
            with pytest.raises(Unavailable):
                await opened.publish("a")
        broker.broken = None
        elapsed.advance(0.9)
        with pytest.raises(Unavailable, match="tried again soon"):
            await opened.publish("b")
        elapsed.advance(0.1)
        await opened.publish("c")
        await opened.publish("d")
        assert broker.sent == [["c"], ["d"]]


async def test_a_late_confirm_closes_the_breaker() -> None:
    broker = Broker()
    async with publishing(broker, HURRIED) as opened:
        broker.free.clear()
        with pytest.raises(Unavailable):
            await opened.publish("a")
        await broker.is_entered()
        broker.free.set()
        await broker.has_sent(1)
        second = asyncio.create_task(opened.publish("b"))
        await broker.is_entered()
        await asyncio.wait([second])
        await broker.has_sent(2)
        assert broker.sent == [["a"], ["b"]]


async def test_close_refuses_what_waits_and_ends_the_lanes() -> None:
    broker = Broker()
    async with publishing(broker, ONE_LANE) as opened:
        first = await held_up(broker, opened)
        waiting = asyncio.create_task(opened.publish("waiting"))
        await asyncio.sleep(0)
        closing = asyncio.create_task(opened.aclose())
        with pytest.raises(Unavailable, match="closed"):
            await waiting
        broker.free.set()
        await asyncio.gather(first, closing)
        assert (broker.sent, broker.left) == ([["first"]], 1)
        with pytest.raises(Unavailable):
            await opened.publish("late")


async def test_close_without_a_publish_is_nothing() -> None:
    await BoundedPublishing(Broker().send, SteppedClock(0.0)).aclose()


def test_a_submits_waits_for_the_broker_add_up_to_less_than_two_seconds() -> None:
    assert PublishingLimits().time_limit_s + depth.PATIENCE_S < 1.9


def test_an_open_breaker_lets_one_through_in_each_rest() -> None:
    elapsed = SteppedClock(0.0)
    breaker = CircuitBreaker(elapsed, rest_s=1.0)
    assert breaker.lets_through()
    breaker.failed()
    tries = []
    for _ in range(8):
        elapsed.advance(0.5)
        tries.append(breaker.lets_through())
    assert tries == [False, True] * 4
    breaker.succeeded()
    assert breaker.lets_through()
