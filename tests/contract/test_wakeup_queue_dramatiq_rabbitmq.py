import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from adapters.queue.dramatiq.wakeup_queue import DramatiqWakeupQueue
from adapters.queue.dramatiq.wakeup_source import DramatiqWakeupSource
from domain.model.errors import Unavailable
from ports.clock import Elapsed
from tests.contract.clauses.durable_queue import DurableQueueClauses, receives, takes_messages_again
from tests.contract.clauses.wakeup_queue import WakeupQueueClauses
from tests.contract.dramatiq_link import RabbitmqPlace, queue_settings, source_settings, started
from tests.contract.services import free_port, require, require_program
from tests.contract.task_factory import SteppedClock
from tests.contract.wakeup_link import (
    AGEING,
    HIGH,
    LOW,
    NO_GRACE_S,
    Hand,
    Link,
    consuming,
    publish,
    set_of,
)
from tests.servers.rabbitmq_server import RabbitmqServer


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitmqServer]:
    folder = tmp_path_factory.mktemp("rabbitmq")
    broker = RabbitmqServer(require_program("rabbitmq-server"), folder, free_port())
    yield broker
    broker.kill()


def ends(
    place: RabbitmqPlace, elapsed: Elapsed = time.monotonic, grace_s: float = NO_GRACE_S
) -> tuple[DramatiqWakeupQueue, DramatiqWakeupSource]:
    url, settings = place.url, source_settings(place)
    queue = DramatiqWakeupQueue(url, time.monotonic, **queue_settings(place))
    return queue, DramatiqWakeupSource(url, AGEING, elapsed, grace_s, **settings)


def source_at(url: str, name: str) -> DramatiqWakeupSource:
    """For a process of its own."""
    return ends(RabbitmqPlace(url, name))[1]


@asynccontextmanager
async def link_to(place: RabbitmqPlace, grace_s: float = NO_GRACE_S) -> AsyncIterator[Link]:
    elapsed = SteppedClock(0.0)
    queue, source = ends(place, elapsed, grace_s)
    async with started(queue, source):
        yield Link(queue, source, elapsed, place.parked)


class TestWakeupQueue(WakeupQueueClauses):
    @pytest.fixture(autouse=True)
    def place(self) -> Iterator[None]:
        self._place = RabbitmqPlace(require("rabbitmq"))
        yield
        self._place.clear()

    @asynccontextmanager
    async def connect(self, grace_s: float = NO_GRACE_S) -> AsyncIterator[Link]:
        async with link_to(self._place, grace_s) as link:
            yield link


class TestDurableQueue(DurableQueueClauses):
    source_at = source_at

    @asynccontextmanager
    async def reach(self, url: str, name: str) -> AsyncIterator[Link]:
        async with link_to(RabbitmqPlace(url, name)) as link:
            yield link

    def litter(self, url: str, name: str) -> int:
        return RabbitmqPlace(url, name).litter()

    def parked_count(self, url: str, name: str) -> int:
        return len(RabbitmqPlace(url, name).parked_bodies())


@pytest.mark.anyio
@pytest.mark.slow
async def test_a_starved_broker_is_given_each_message_once(own_broker: RabbitmqServer) -> None:
    """Dramatiq's own tries would each arrive when the alarm is over."""
    hand = Hand()
    async with link_to(RabbitmqPlace(own_broker.url)) as link:
        (before,) = await publish(link, HIGH)
        own_broker.starve()
        try:
            with pytest.raises(Unavailable):
                await publish(link, HIGH)
        finally:
            own_broker.feed()
        after = await takes_messages_again(link)
        (last,) = await publish(link, LOW)
        async with consuming(link, hand, slots=8):
            await receives(hand, last)
    received = [message.task_id for message in hand.received]
    assert sorted(received) == sorted(set(received))
    assert set_of([before, after]) < set(received)


@pytest.mark.anyio
async def test_wrong_credentials_stop_the_start_and_name_the_variable() -> None:
    parts = urlsplit(require("rabbitmq"))
    wrong = parts._replace(netloc=f"nobody:wrong@{parts.hostname}:{parts.port}").geturl()
    for end in ends(RabbitmqPlace(wrong)):
        try:
            with pytest.raises(Unavailable, match="BROKER_URL"):
                await end.start()
        finally:
            await end.aclose()
