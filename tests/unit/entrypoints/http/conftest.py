from collections.abc import AsyncIterator

import pytest
from httpx2 import AsyncClient

from tests.unit.entrypoints.http.surface import Surface


@pytest.fixture
def surface() -> Surface:
    return Surface()


@pytest.fixture
async def client(surface: Surface) -> AsyncIterator[AsyncClient]:
    async with surface.client() as client:
        yield client
