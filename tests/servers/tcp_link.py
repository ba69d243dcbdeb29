"""A TCP link between a client and a server that a test can cut or hold up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.contract.services import free_port


class TcpLink:
    """`replies_to_lose`: so many answers vanish, each with its connection, after the server gave
    them. `flows`: cleared, answers are held up until it is set again."""

    def __init__(self, server_port: int) -> None:
        self.port = free_port()
        self.replies_to_lose = 0
        self.flows = asyncio.Event()
        self.flows.set()
        self._server_port = server_port
        self._connections: set[asyncio.Task[None]] = set()

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(asyncio.create_task(self._carry(reader, writer)))

    async def cut(self) -> None:
        """End every connection at once."""
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._server_port)
        requests = asyncio.create_task(self._requests(reader, back))
        try:
            await self._replies(there, writer)
        finally:
            requests.cancel()
            for end in (writer, back):
                end.transport.abort()
            await asyncio.gather(requests, return_exceptions=True)

    async def _requests(self, reader: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            back.write(data)
        back.write_eof()

    async def _replies(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await there.read(65_536):
            if self.replies_to_lose:
                self.replies_to_lose -= 1
                return
            await self.flows.wait()
            writer.write(data)


@asynccontextmanager
async def tcp_link(server_port: int) -> AsyncIterator[TcpLink]:
    link = TcpLink(server_port)
    server = await asyncio.start_server(link.accept, "127.0.0.1", link.port)
    try:
        yield link
    finally:
        server.close()
        await link.cut()
