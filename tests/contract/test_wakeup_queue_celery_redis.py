from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from celery import Celery

from adapters.queue.celery.app import producer_app
from tests.contract.celery_link import (
    CeleryPlace,
    celery_link,
    refuses_to_start,
    source_at,
)
from tests.contract.clauses.celery_results import CeleryResultsClauses, TaskOf
from tests.contract.clauses.durable_queue import DurableQueueClauses
from tests.contract.clauses.wakeup_queue import WakeupQueueClauses
from tests.contract.services import free_port, require, require_program
from tests.contract.wakeup_link import NO_GRACE_S, Link
from tests.servers.redis_server import AOF, RedisServer


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    folder = tmp_path_factory.mktemp("redis")
    broker = RedisServer(require_program("redis-server"), folder, free_port(), *AOF)
    yield broker
    broker.kill()


@pytest.fixture
def place() -> Iterator[CeleryPlace]:
    place = CeleryPlace(urlsplit(require("redis"))._replace(path="/2").geturl())
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


@pytest.mark.anyio
async def test_wrong_credentials_stop_the_start(own_broker: RedisServer) -> None:
    await refuses_to_start(CeleryPlace(own_broker.url.replace("redis://", "redis://nobody:wrong@")))
