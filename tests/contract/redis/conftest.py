from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from adapters.redis_client import RedisClient
from adapters.tasks.redis import RedisTaskStore
from tests.contract.redis.own_server import Connect, StartServer
from tests.contract.services import free_port, require_program
from tests.contract.task_factory import SteppedClock
from tests.servers.redis_server import AOF, RedisServer


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    program, servers = require_program("redis-server"), list[RedisServer]()

    def start(*options: str) -> RedisServer:
        servers.append(RedisServer(program, tmp_path, free_port(), *options))
        return servers[-1]

    yield start
    for server in servers:
        server.kill()


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    async with AsyncExitStack() as opened:

        async def connect(url: str, timeout_s: float = 10.0) -> RedisClient:
            client = RedisClient(url, timeout_s=timeout_s)
            await client.start()
            opened.push_async_callback(client.aclose)
            return client

        yield connect


@pytest.fixture
def server(start_server: StartServer) -> RedisServer:
    return start_server(*AOF)


@pytest.fixture
async def client(server: RedisServer, connect: Connect) -> RedisClient:
    return await connect(server.url)


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def store(client: RedisClient, clock: SteppedClock) -> RedisTaskStore:
    return RedisTaskStore(client, "t:", clock)
