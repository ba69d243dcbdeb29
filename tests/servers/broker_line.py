"""The line to a broker, to be taken down, put up and frozen while both ends live on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from tests.servers.tcp_link import TcpLink


class BrokerLine:
    """`url` leads to the broker at `broker_url`, through the line."""

    def __init__(self, broker_url: str) -> None:
        parts = urlsplit(broker_url)
        assert parts.port is not None
        self._link = TcpLink(parts.port)
        self._server: asyncio.Server | None = None
        who, at, _ = parts.netloc.rpartition("@")
        self.url = parts._replace(netloc=f"{who}{at}127.0.0.1:{self._link.port}").geturl()

    async def up(self) -> None:
        self._link.flows.set()
        if self._server is None:
            self._server = await asyncio.start_server(
                self._link.accept, "127.0.0.1", self._link.port
            )

    async def down(self) -> None:
        """Connections end, new ones are refused."""
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._link.cut()

    async def freeze(self) -> None:
        """Connections stand, new ones are accepted, and no answer comes."""
        self._link.flows.clear()


@asynccontextmanager
async def broker_line(broker_url: str) -> AsyncIterator[BrokerLine]:
    line = BrokerLine(broker_url)
    await line.up()
    try:
        yield line
    finally:
        await line.down()
