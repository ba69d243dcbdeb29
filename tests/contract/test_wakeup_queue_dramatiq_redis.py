from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from tests.contract.clauses.durable_queue import DurableQueueClauses
from tests.contract.clauses.wakeup_queue import WakeupQueueClauses
from tests.contract.dramatiq_link import RedisPlace, dramatiq_link, source_at
from tests.contract.services import free_port, require, require_program
from tests.contract.wakeup_link import NO_GRACE_S, Link
from tests.servers.redis_server import AOF, RedisServer


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    folder = tmp_path_factory.mktemp("redis")
    broker = RedisServer(require_program("redis-server"), folder, free_port(), *AOF)
    yield broker
    broker.kill()


class TestWakeupQueue(WakeupQueueClauses):
    @pytest.fixture(autouse=True)
    def place(self) -> Iterator[None]:
        self._place = RedisPlace(urlsplit(require("redis"))._replace(path="/3").geturl())
        yield
        self._place.clear()

    @asynccontextmanager
    async def connect(self, grace_s: float = NO_GRACE_S) -> AsyncIterator[Link]:
        async with dramatiq_link(self._place, grace_s) as link:
            yield link


class TestDurableQueue(DurableQueueClauses):
    source_at = source_at

    @asynccontextmanager
    async def reach(self, url: str, name: str) -> AsyncIterator[Link]:
        async with dramatiq_link(RedisPlace(url, name)) as link:
            yield link

    def litter(self, url: str, name: str) -> int:
        return RedisPlace(url, name).litter()

    def parked_count(self, url: str, name: str) -> int:
        return len(RedisPlace(url, name).parked_bodies())
