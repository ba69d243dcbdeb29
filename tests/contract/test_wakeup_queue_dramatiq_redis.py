import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from adapters.queue.dramatiq.wakeup_queue import DramatiqWakeupQueue
from adapters.queue.dramatiq.wakeup_source import DramatiqWakeupSource
from domain.model.errors import Unavailable
from ports.clock import Elapsed
from tests.contract.clauses.durable_queue import DurableQueueClauses
from tests.contract.clauses.wakeup_queue import WakeupQueueClauses
from tests.contract.dramatiq_link import RedisPlace, queue_settings, source_settings, started
from tests.contract.services import free_port, require, require_program
from tests.contract.task_factory import SteppedClock
from tests.contract.wakeup_link import AGEING, NO_GRACE_S, Link
from tests.servers.redis_server import AOF, RedisServer


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    folder = tmp_path_factory.mktemp("redis")
    broker = RedisServer(require_program("redis-server"), folder, free_port(), *AOF)
    yield broker
    broker.kill()


def ends(
    place: RedisPlace, elapsed: Elapsed = time.monotonic, grace_s: float = NO_GRACE_S
) -> tuple[DramatiqWakeupQueue, DramatiqWakeupSource]:
    url, settings = place.url, source_settings(place)
    queue = DramatiqWakeupQueue(url, time.monotonic, **queue_settings(place))
    return queue, DramatiqWakeupSource(url, AGEING, elapsed, grace_s, **settings)


def source_at(url: str, name: str) -> DramatiqWakeupSource:
    """For a process of its own."""
    return ends(RedisPlace(url, name))[1]


@asynccontextmanager
async def link_to(place: RedisPlace, grace_s: float = NO_GRACE_S) -> AsyncIterator[Link]:
    elapsed = SteppedClock(0.0)
    queue, source = ends(place, elapsed, grace_s)
    async with started(queue, source):
        yield Link(queue, source, elapsed, place.parked)


class TestWakeupQueue(WakeupQueueClauses):
    @pytest.fixture(autouse=True)
    def place(self) -> Iterator[None]:
        self._place = RedisPlace(urlsplit(require("redis"))._replace(path="/3").geturl())
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
        async with link_to(RedisPlace(url, name)) as link:
            yield link

    def litter(self, url: str, name: str) -> int:
        return RedisPlace(url, name).litter()

    def parked_count(self, url: str, name: str) -> int:
        return len(RedisPlace(url, name).parked_bodies())


@pytest.mark.anyio
async def test_wrong_credentials_stop_the_start_and_name_the_variable() -> None:
    parts = urlsplit(require("redis"))
    wrong = parts._replace(netloc=f"nobody:wrong@{parts.hostname}:{parts.port}").geturl()
    for end in ends(RedisPlace(wrong)):
        try:
            with pytest.raises(Unavailable, match="BROKER_URL"):
                await end.start()
        finally:
            await end.aclose()
