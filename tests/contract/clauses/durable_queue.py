"""What a queue that outlives its clients does when one of them, or the broker, does not."""

import asyncio
from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager
from typing import ClassVar, Protocol
from uuid import uuid4

import pytest

from domain.model.errors import Unavailable
from domain.model.wakeup import Wakeup
from tests.contract.consumer_process import SourceAt, consumer_process
from tests.contract.task_factory import wakeup
from tests.contract.wakeup_link import (
    HIGH,
    LOW,
    NO_GRACE_S,
    NORMAL,
    PATIENCE_S,
    Hand,
    Link,
    consuming,
    publish,
    set_of,
)
from tests.servers.broker_line import broker_line

PUBLISH_LIMIT_S = 2.0
SLACK_S = 2.0
"""What a busy machine may add to a limit."""
OUTAGES_S = {"down": 12.0, "freeze": 3.0}
CONSUMING_AGAIN_S = 15.0
LONGER_THAN_ANY_LEASE_S = 5.0
STOP_S = 8.0
"""Past the grace; the parent of a worker kills it 10 s past that."""


class OwnBroker(Protocol):
    """A broker that a test may kill and start again; what was confirmed is on its disk."""

    url: str

    def start(self) -> None: ...
    def kill(self) -> None: ...


class DurableQueueClauses(ABC):
    """The binding's module has a fixture `own_broker`. Leases of its consumers, where there are
    any, are shorter than LONGER_THAN_ANY_LEASE_S; `source_at` is a function of its module."""

    pytestmark: ClassVar = [pytest.mark.anyio, pytest.mark.slow]
    source_at: ClassVar[SourceAt]

    @abstractmethod
    def reach(self, url: str, name: str) -> AbstractAsyncContextManager[Link]:
        """The queues called `name` on the broker at `url`; the broker may be away."""

    @abstractmethod
    def litter(self, url: str, name: str) -> int:
        """Put what is no wake-up into the high queue: junk, a pickle, a future version, and
        anything else; answers how many."""

    @abstractmethod
    def parked_count(self, url: str, name: str) -> int: ...

    @pytest.fixture
    def name(self) -> str:
        return f"test-{uuid4().hex[:8]}-"

    async def test_01_what_cannot_be_read_is_parked_and_stops_nobody(
        self, own_broker: OwnBroker, name: str
    ) -> None:
        hand = Hand()
        async with self.reach(own_broker.url, name) as link:
            count = self.litter(own_broker.url, name)
            (good,) = await publish(link, LOW)
            async with consuming(link, hand):
                assert await hand.holds(1) == [good]
                hand.let_go()
                assert self.parked_count(own_broker.url, name) == count

    async def test_02_an_idle_consumer_takes_what_a_busy_one_cannot(
        self, own_broker: OwnBroker, name: str
    ) -> None:
        busy, idle = Hand(), Hand()
        async with (
            self.reach(own_broker.url, name) as one,
            self.reach(own_broker.url, name) as two,
            consuming(one, busy),
            consuming(two, idle),
        ):
            await publish(one, LOW, LOW)
            await asyncio.gather(busy.holds(1), idle.holds(1))
            idle.let_go(7)
            await idle.has_ended(1)
            high = await publish(one, *[HIGH] * 6)
            assert (await idle.has_ended(7))[1:] == high
            assert len(busy.received) == 1

    async def test_03_what_is_in_hand_is_offered_to_nobody_else(
        self, own_broker: OwnBroker, name: str
    ) -> None:
        holding, other = Hand(), Hand()
        async with (
            self.reach(own_broker.url, name) as one,
            self.reach(own_broker.url, name) as two,
            consuming(one, holding),
        ):
            await publish(one, HIGH)
            await holding.holds(1)
            async with consuming(two, other):
                # Only time can show that a lease is renewed.
                await asyncio.sleep(LONGER_THAN_ANY_LEASE_S)
                assert other.received == []
                holding.let_go()
                await holding.has_ended(1)

    async def test_04_what_a_killed_consumer_held_is_offered_again(
        self, own_broker: OwnBroker, name: str
    ) -> None:
        hand = Hand()
        async with self.reach(own_broker.url, name) as link:
            async with consumer_process(type(self).source_at, own_broker.url, name) as victim:
                messages = await publish(link, NORMAL, NORMAL, NORMAL)
                held = {await victim.holds(), await victim.holds()}
                assert held == set_of(messages[:2])
                await victim.kill()
            async with consuming(link, hand, slots=3):
                assert set_of(await hand.holds(3)) == set_of(messages)

    async def test_05_what_was_confirmed_survives_the_broker(
        self, own_broker: OwnBroker, name: str
    ) -> None:
        hand = Hand()
        async with self.reach(own_broker.url, name) as link:
            before = await publish(link, HIGH, NORMAL, LOW)
            await restart(own_broker)
            async with consuming(link, hand, slots=8):
                assert set_of(await hand.holds(3)) == set_of(before)
                await receives(hand, await takes_messages_again(link))

    async def test_06_a_consumer_outlives_its_broker(
        self, own_broker: OwnBroker, name: str
    ) -> None:
        hand = Hand()
        async with self.reach(own_broker.url, name) as link, consuming(link, hand):
            (first,) = await publish(link, HIGH)
            await hand.holds(1)
            await restart(own_broker)
            # The first may come twice: nobody was there to be told that it was done.
            hand.let_go(3)
            later = await takes_messages_again(link)
            await receives(hand, later)
            assert hand.received[0] == first

    @pytest.mark.parametrize("how", ["down", "freeze"])
    async def test_07_a_broker_out_of_reach_holds_up_nobody(
        self, own_broker: OwnBroker, name: str, how: str
    ) -> None:
        async with broker_line(own_broker.url) as line, self.reach(line.url, name) as link:
            await publish(link, HIGH)
            await getattr(line, how)()
            for _ in range(3):
                with pytest.raises(Unavailable):
                    async with asyncio.timeout(PUBLISH_LIMIT_S + SLACK_S):
                        await publish(link, HIGH)
            async with asyncio.timeout(PUBLISH_LIMIT_S + SLACK_S):
                assert set(await link.queue.depth()) == {HIGH, NORMAL, LOW}
            await line.up()
            await takes_messages_again(link)

    async def test_08_a_broker_away_at_the_start_is_waited_for(
        self, own_broker: OwnBroker, name: str
    ) -> None:
        hand = Hand()
        async with broker_line(own_broker.url) as line:
            await line.down()
            async with self.reach(line.url, name) as link, consuming(link, hand):
                with pytest.raises(Unavailable):
                    await publish(link, HIGH)
                await line.up()
                await receives(hand, await takes_messages_again(link))

    @pytest.mark.parametrize("how", list(OUTAGES_S))
    async def test_09_after_an_outage_it_is_consuming_again_unaided(
        self, own_broker: OwnBroker, name: str, how: str
    ) -> None:
        hand = Hand()
        async with (
            broker_line(own_broker.url) as line,
            self.reach(line.url, name) as behind,
            self.reach(own_broker.url, name) as beside,
            consuming(behind, hand),
        ):
            (in_hand,) = await publish(beside, HIGH)
            await hand.holds(1)
            await getattr(line, how)()
            hand.let_go(3)
            await asyncio.sleep(OUTAGES_S[how])
            (waiting,) = await publish(beside, HIGH)
            await line.up()
            await receives(hand, waiting, CONSUMING_AGAIN_S)
            assert set_of(hand.received) == set_of([in_hand, waiting])

    async def test_10_a_cancel_during_an_outage_ends_soon_after_the_grace(
        self, own_broker: OwnBroker, name: str
    ) -> None:
        hand = Hand()
        async with (
            broker_line(own_broker.url) as line,
            self.reach(line.url, name) as link,
            consuming(link, hand) as consumer,
        ):
            await publish(link, HIGH)
            await hand.holds(1)
            await line.down()
            consumer.cancel()
            done, _ = await asyncio.wait([consumer], timeout=NO_GRACE_S + STOP_S + SLACK_S)
            assert done == {consumer}

    async def test_11_a_broker_that_froze_holds_up_no_process_that_is_to_end(
        self, own_broker: OwnBroker, name: str
    ) -> None:
        async with (
            broker_line(own_broker.url) as line,
            self.reach(own_broker.url, name) as beside,
            consumer_process(type(self).source_at, line.url, name) as consumer,
        ):
            (message,) = await publish(beside, HIGH)
            assert await consumer.holds() == message.task_id
            await line.freeze()
            assert await consumer.stop(NO_GRACE_S + STOP_S + SLACK_S) == 0


async def takes_messages_again(link: Link) -> Wakeup:
    """The first message that is confirmed."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            message = wakeup(HIGH)
            try:
                await link.queue.publish(message)
            except Unavailable:
                await asyncio.sleep(0.05)
            else:
                return message


async def receives(hand: Hand, message: Wakeup, limit_s: float = PATIENCE_S) -> None:
    async with asyncio.timeout(limit_s):
        while message not in hand.received:
            await hand.holds(len(hand.received) + 1)


async def restart(broker: OwnBroker) -> None:
    """As kill -9, and up again. The line to a test's own loop has to live on meanwhile."""
    await asyncio.to_thread(broker.kill)
    await asyncio.to_thread(broker.start)
