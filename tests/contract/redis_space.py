"""A corner of the shared Redis for one test: keys under a prefix of its own, gone afterwards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import uuid4

from adapters.redis_client import RedisClient
from tests.contract.services import require

DB = 1


def redis_url() -> str:
    """The database of the tests on the shared server."""
    return urlsplit(require("redis"))._replace(path=f"/{DB}").geturl()


@asynccontextmanager
async def redis_space() -> AsyncIterator[tuple[RedisClient, str]]:
    """A started client, and a prefix that nobody else uses."""
    client, prefix = RedisClient(redis_url(), timeout_s=10.0), f"test-{uuid4().hex[:12]}:"
    await client.start()
    try:
        yield client, prefix
    finally:
        if names := await keys(client, prefix):
            await client.call("UNLINK", *names)
        await client.aclose()


async def keys(client: RedisClient, prefix: str) -> list[bytes]:
    found: list[bytes] = []
    cursor = 0
    while True:
        cursor, names = await client.call("SCAN", cursor, "MATCH", f"{prefix}*", "COUNT", 1000)
        found += names
        if int(cursor) == 0:
            return sorted(set(found))
