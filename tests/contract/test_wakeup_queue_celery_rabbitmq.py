from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from tests.contract.celery_link import CeleryPlace, celery_link, source_at
from tests.contract.clauses.celery_results import CeleryResultsClauses, TaskOf
from tests.contract.clauses.durable_queue import DurableQueueClauses
from tests.contract.clauses.wakeup_queue import WakeupQueueClauses
from tests.contract.services import free_port, require, require_program
from tests.contract.wakeup_link import NO_GRACE_S, Link
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
