import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import ClassVar

import pytest
from amqp.exceptions import NotFound
from celery import Celery

from adapters.queue.celery.app import producer_app
from domain.model.errors import Unavailable
from domain.model.wakeup import Verdict
from tests.contract.celery_link import (
    CeleryPlace,
    celery_link,
    refuses_to_start,
    source_at,
)
from tests.contract.clauses.celery_results import CeleryResultsClauses, TaskOf
from tests.contract.clauses.durable_queue import (
    DurableQueueClauses,
    receives,
    takes_messages_again,
)
from tests.contract.clauses.wakeup_queue import WakeupQueueClauses
from tests.contract.services import free_port, require, require_program
from tests.contract.wakeup_link import HIGH, LOW, NO_GRACE_S, Hand, Link, consuming, publish
from tests.servers.rabbitmq_server import RabbitmqServer


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitmqServer]:
    folder = tmp_path_factory.mktemp("rabbitmq")
    broker = RabbitmqServer(require_program("rabbitmq-server"), folder, free_port())
    yield broker
    broker.kill()


@pytest.fixture
def place() -> Iterator[CeleryPlace]:
    place = CeleryPlace(require("rabbitmq"))
    yield place
    place.clear()


class TestWakeupQueue(WakeupQueueClauses):
    @pytest.fixture(autouse=True)
    def at(self, place: CeleryPlace) -> None:
        self._place = place

    @asynccontextmanager
    async def connect(self, grace_s: float = NO_GRACE_S) -> AsyncIterator[Link]:
        async with celery_link(self._place, grace_s) as link:
            yield link


class TestCeleryResults(CeleryResultsClauses):
    @pytest.fixture(autouse=True)
    def at(self, place: CeleryPlace) -> None:
        self._place = place

    def celery(self) -> Celery:
        return producer_app(self._place.broker)

    @asynccontextmanager
    async def mirrored(self, task_of: TaskOf, result_url: str) -> AsyncIterator[Link]:
        async with celery_link(self._place, task_of=task_of, result_url=result_url) as link:
            yield link


class TestDurableQueue(DurableQueueClauses):
    source_at = source_at

    @asynccontextmanager
    async def reach(self, url: str, name: str) -> AsyncIterator[Link]:
        async with celery_link(CeleryPlace(url, name)) as link:
            yield link

    def litter(self, url: str, name: str) -> int:
        return CeleryPlace(url, name).litter()

    def parked_count(self, url: str, name: str) -> int:
        return CeleryPlace(url, name).parked_count()


class TestRabbitmq:
    """What only this broker does."""

    pytestmark: ClassVar = [pytest.mark.anyio, pytest.mark.slow]

    async def test_a_broker_out_of_memory_holds_up_nobody(self, own_broker: RabbitmqServer) -> None:
        async with celery_link(CeleryPlace(own_broker.url)) as link:
            await publish(link, HIGH)
            await asyncio.to_thread(own_broker.starve)
            try:
                for _ in range(10):
                    with pytest.raises(Unavailable, match="blocked"):
                        await publish_when_tried(link)
            finally:
                await asyncio.to_thread(own_broker.feed)
            await takes_messages_again(link)

    @pytest.mark.parametrize("wrong", ["guest:wrong@", "nobody:guest@"])
    async def test_wrong_credentials_stop_the_start(self, wrong: str) -> None:
        url = require("rabbitmq").replace("guest:guest@", wrong)
        await refuses_to_start(CeleryPlace(url))

    async def test_a_wrong_vhost_stops_the_start(self) -> None:
        await refuses_to_start(CeleryPlace(require("rabbitmq") + "no-such-vhost"))

    async def test_queues_declared_otherwise_stop_the_start(self, place: CeleryPlace) -> None:
        async with celery_link(place):
            await refuses_to_start(
                CeleryPlace(place.broker.url, place.broker.prefix, queue_type="quorum")
            )

    async def test_queues_that_somebody_deleted_are_there_again(self, place: CeleryPlace) -> None:
        hand = Hand()
        async with celery_link(place) as link, consuming(link, hand):
            await publish(link, HIGH)
            await hand.holds(1)
            place.clear()
            hand.let_go(9)
            await receives(hand, await takes_messages_again(link))

    async def test_quorum_queues_do_as_well(self, own_broker: RabbitmqServer) -> None:
        place = CeleryPlace(own_broker.url, queue_type="quorum")
        hand = Hand()
        hand.answers = [Verdict.REQUEUE, Verdict.PARK]
        try:
            async with celery_link(place) as link, consuming(link, hand):
                (again,) = await publish(link, LOW)
                await hand.holds(1)
                (parked,) = await publish(link, HIGH)
                hand.let_go(3)
                assert await hand.has_ended(3) == [again, parked, again]
                assert place.parked_count() == 1
            with place.channel() as channel, pytest.raises(NotFound):
                channel.queue_declare("celery_delayed_0", passive=True)
        finally:
            place.clear()


async def publish_when_tried(link: Link) -> None:
    """Past the refusals of a breaker that is open."""
    while True:
        try:
            await publish(link, HIGH)
        except Unavailable as error:
            if error.__cause__ is not None:
                raise
            await asyncio.sleep(0.05)
