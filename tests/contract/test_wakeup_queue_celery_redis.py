from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from tests.contract.celery_link import CeleryPlace, celery_link
from tests.contract.clauses.wakeup_queue import WakeupQueueClauses
from tests.contract.services import require
from tests.contract.wakeup_link import NO_GRACE_S, Link


class TestWakeupQueue(WakeupQueueClauses):
    @pytest.fixture(autouse=True)
    def place(self) -> Iterator[None]:
        url = urlsplit(require("redis"))._replace(path="/2").geturl()
        self._place = CeleryPlace(url)
        yield
        self._place.clear()

    @asynccontextmanager
    async def connect(self, grace_s: float = NO_GRACE_S) -> AsyncIterator[Link]:
        async with celery_link(self._place, grace_s) as link:
            yield link
