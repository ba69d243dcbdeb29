from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from tests.contract.clauses.durable_queue import DurableQueueClauses
from tests.contract.clauses.wakeup_queue import WakeupQueueClauses
from tests.contract.dramatiq_link import RabbitmqPlace, dramatiq_link, source_at
from tests.contract.services import free_port, require, require_program
from tests.contract.wakeup_link import NO_GRACE_S, Link
from tests.servers.rabbitmq_server import RabbitmqServer


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitmqServer]:
    folder = tmp_path_factory.mktemp("rabbitmq")
    broker = RabbitmqServer(require_program("rabbitmq-server"), folder, free_port())
    yield broker
    broker.kill()


class TestWakeupQueue(WakeupQueueClauses):
    @pytest.fixture(autouse=True)
    def place(self) -> Iterator[None]:
        self._place = RabbitmqPlace(require("rabbitmq"))
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
        async with dramatiq_link(RabbitmqPlace(url, name)) as link:
            yield link

    def litter(self, url: str, name: str) -> int:
        return RabbitmqPlace(url, name).litter()

    def parked_count(self, url: str, name: str) -> int:
        return len(RabbitmqPlace(url, name).parked_bodies())
