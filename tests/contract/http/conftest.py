from collections.abc import AsyncIterator

import pytest
from httpx2 import AsyncClient

from ports.clock import Elapsed
from tests.contract.http.surface import Surface


@pytest.fixture
def surface() -> Surface:
    return Surface()


@pytest.fixture
async def client(surface: Surface) -> AsyncIterator[AsyncClient]:
    async with surface.client() as client:
        yield client


@pytest.fixture
def leaping() -> Elapsed:
    """A monotonic clock that is a minute later each time it is read."""
    at_s = 0.0

    def elapsed() -> float:
        nonlocal at_s
        at_s += 61.0
        return at_s

    return elapsed
