from collections.abc import AsyncIterator

import pytest

from entrypoints.background import started
from tests.unit.use_cases.house import House
from tests.unit.use_cases.runners import GateRunner


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    async with started(house.container.lifetimes()):
        yield house
        GateRunner.opened.set()
