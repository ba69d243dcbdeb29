"""What every queue does, seen from both of its ends."""

import asyncio
from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager

import pytest

from domain.model.output import OutputOptions
from domain.model.priority import Priority
from domain.model.request import Source, TaskRequest
from domain.model.wakeup import Verdict, Wakeup
from tests.contract.task_factory import wakeup
from tests.contract.wakeup_link import (
    AGEING,
    HIGH,
    LONG_GRACE_S,
    LOW,
    NO_GRACE_S,
    NORMAL,
    PATIENCE_S,
    Hand,
    Link,
    consuming,
    publish,
    set_of,
    turns,
)


class WakeupQueueClauses(ABC):
    """The binding says how a queue is connected; it ages by AGEING and offers a message again
    after a very short rest."""

    pytestmark = pytest.mark.anyio

    @abstractmethod
    def connect(self, grace_s: float = NO_GRACE_S) -> AbstractAsyncContextManager[Link]: ...

    async def test_01_what_is_published_is_delivered_whole(self) -> None:
        request = TaskRequest(
            model="echo", pictures={"image": Source(blob="inputs/a", sha256="ab")},
            texts={"prompt": "naïve ☃"}, params={"scale": 4, "deep": [{"a": None}, 0.5]},
            output=OutputOptions("webp", 80, False), ttl_s=9, metadata={"order": "7"},
        )  # fmt: skip
        message = Wakeup(
            task_id="t-1", tenant="acme", priority=LOW, request=request, created_at=1.25,
            request_id="r-1", trace={"traceparent": "00-ab-cd-01"},
        )  # fmt: skip
        hand = Hand()
        async with self.connect() as link, consuming(link, hand):
            await link.queue.publish(message)
            assert await hand.holds(1) == [message]

    async def test_02_what_was_published_before_is_delivered_too(self) -> None:
        hand = Hand()
        async with self.connect() as link:
            messages = await publish(link, NORMAL, NORMAL, NORMAL)
            async with consuming(link, hand, slots=3):
                assert await hand.holds(3) == messages

    async def test_03_an_acked_message_is_gone(self) -> None:
        hand = Hand()
        async with self.connect() as link:
            (first, second) = await publish(link, NORMAL, NORMAL)
            async with consuming(link, hand):
                hand.let_go(2)
                assert await hand.has_ended(2) == [first, second]
            (third,) = await publish(link, NORMAL)
            async with consuming(link, hand):
                assert await hand.holds(3) == [first, second, third]

    async def test_04_a_free_slot_takes_the_highest_tier(self) -> None:
        hand = Hand()
        async with self.connect() as link, consuming(link, hand):
            (busy,) = await publish(link, LOW)
            await hand.holds(1)
            low, normal, high, high2 = await publish(link, LOW, NORMAL, HIGH, HIGH)
            hand.let_go(4)
            assert await hand.holds(5) == [busy, high, high2, normal, low]

    @pytest.mark.parametrize("tier", [NORMAL, LOW])
    async def test_05_a_tier_passed_over_for_its_budget_goes_first_once(
        self, tier: Priority
    ) -> None:
        hand = Hand()
        async with self.connect() as link, consuming(link, hand):
            (busy,) = await publish(link, HIGH)
            await hand.holds(1)
            aged, aged2, high, high2 = await publish(link, tier, tier, HIGH, HIGH)
            link.elapsed.advance(AGEING.budget_s(tier))
            hand.let_go(4)
            assert await hand.holds(5) == [busy, aged, high, high2, aged2]

    async def test_06_short_of_its_budget_it_waits(self) -> None:
        hand = Hand()
        async with self.connect() as link, consuming(link, hand):
            (busy,) = await publish(link, HIGH)
            await hand.holds(1)
            low, high = await publish(link, LOW, HIGH)
            link.elapsed.advance(AGEING.low_s - 1)
            hand.let_go(2)
            assert await hand.holds(3) == [busy, high, low]

    async def test_07_never_more_in_hand_than_slots(self) -> None:
        hand = Hand()
        async with self.connect() as link, consuming(link, hand, slots=3):
            await publish(link, *[NORMAL] * 12)
            await hand.holds(3)
            for ended in range(1, 10):
                hand.let_go()
                await hand.has_ended(ended)
                await hand.holds(3 + ended)
            assert hand.most_at_once == 3

    async def test_08_what_a_handler_failed_on_is_offered_again(self) -> None:
        hand = Hand()
        hand.answers = [RuntimeError("unforeseen")]
        async with self.connect() as link, consuming(link, hand):
            (message,) = await publish(link, HIGH)
            hand.let_go(2)
            assert await hand.has_ended(2) == [message, message]

    async def test_09_a_failure_holds_up_nobody(self) -> None:
        hand = Hand()
        hand.answers = [RuntimeError("unforeseen")]
        async with self.connect() as link, consuming(link, hand):
            failing, other = await publish(link, HIGH, LOW)
            hand.let_go(3)
            assert set_of(await hand.has_ended(3)) == set_of([failing, other])

    async def test_10_requeue_offers_it_again(self) -> None:
        hand = Hand()
        hand.answers = [Verdict.REQUEUE, Verdict.REQUEUE]
        async with self.connect() as link, consuming(link, hand):
            (message,) = await publish(link, NORMAL)
            hand.let_go(3)
            assert await hand.has_ended(3) == [message] * 3

    async def test_11_park_sets_it_aside(self) -> None:
        hand = Hand()
        hand.answers = [Verdict.PARK]
        async with self.connect() as link, consuming(link, hand):
            parked, other = await publish(link, NORMAL, NORMAL)
            hand.let_go(1)
            assert await hand.holds(2) == [parked, other]
            assert list(link.parked()) == [parked]
            assert sum((await link.queue.depth()).values()) == 0

    async def test_12_depth_counts_what_waits_in_each_tier(self) -> None:
        hand = Hand()
        async with self.connect() as link:
            assert await link.queue.depth() == {HIGH: 0, NORMAL: 0, LOW: 0}
            await publish(link, HIGH, NORMAL, LOW, LOW)
            assert await link.queue.depth() == {HIGH: 1, NORMAL: 1, LOW: 2}
            async with consuming(link, hand, slots=2):
                await hand.holds(2)
                assert await link.queue.depth() == {HIGH: 0, NORMAL: 0, LOW: 2}

    async def test_13_a_cancel_gives_back_what_does_not_finish(self) -> None:
        first, second = Hand(), Hand()
        async with self.connect(NO_GRACE_S) as link:
            messages = await publish(link, HIGH, NORMAL, LOW)
            async with consuming(link, first, slots=2):
                await first.holds(2)
            assert first.ended == []
            async with consuming(link, second, slots=3):
                assert set_of(await second.holds(3)) == set_of(messages)

    async def test_14_a_cancel_lets_finish_what_is_in_hand_and_takes_no_more(self) -> None:
        first, second = Hand(), Hand()
        async with self.connect(LONG_GRACE_S) as link:
            in_hand, waiting = await publish(link, HIGH, HIGH)
            async with consuming(link, first) as consumer:
                await first.holds(1)
                consumer.cancel()
                (late,) = await publish(link, HIGH)
                await turns()
                assert not consumer.done()
                first.let_go(3)
                await asyncio.wait([consumer], timeout=PATIENCE_S)
            assert first.received == first.ended == [in_hand]
            async with consuming(link, second, slots=2):
                assert await second.holds(2) == [waiting, late]
                second.let_go(2)
                await second.has_ended(2)

    async def test_15_a_cancel_while_idle_ends_at_once(self) -> None:
        async with self.connect(LONG_GRACE_S) as link, consuming(link, Hand()) as consumer:
            await asyncio.sleep(0)
            consumer.cancel()
            done, _ = await asyncio.wait([consumer], timeout=PATIENCE_S)
            assert done == {consumer}

    async def test_16_a_message_published_twice_is_delivered_twice(self) -> None:
        hand, message = Hand(), wakeup()
        async with self.connect() as link, consuming(link, hand, slots=2):
            await link.queue.publish(message)
            await link.queue.publish(message)
            assert await hand.holds(2) == [message, message]
