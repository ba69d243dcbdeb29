from collections.abc import AsyncIterator

import grpc
import pytest

from darkroom.imagegenx.scheduler_pb2_grpc import SchedulerServiceStub
from entrypoints.grpc.server import serving
from tests.contract.http.surface import Surface
from tests.contract.painting import painting

PUBLIC_URL = "http://test"


@pytest.fixture
def surface() -> Surface:
    return Surface(models=painting())


@pytest.fixture
async def address(surface: Surface) -> AsyncIterator[str]:
    """Of a real server over the surface's gateway."""
    async with serving(surface.gateway, "127.0.0.1", 0, PUBLIC_URL) as port:
        yield f"127.0.0.1:{port}"


@pytest.fixture
async def channel(address: str) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(address) as channel:
        yield channel


@pytest.fixture
def stub(channel: grpc.aio.Channel) -> SchedulerServiceStub:
    return SchedulerServiceStub(channel)
