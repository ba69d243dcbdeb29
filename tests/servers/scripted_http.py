"""A web server on loopback that answers each path with the bytes, or the behaviour, it is told."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Self

Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """A whole HTTP/1.1 response; `content_length="5"` becomes `content-length: 5`."""
    fields = {"content-length": str(len(body)), "connection": "close"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + body


class ScriptedHttp:
    """Use as an async context manager. Paths nobody scripted answer 404."""

    def __init__(self, ssl_context: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, bytes | Behaviour] = {}
        self.requests: list[str] = []
        self.connections = 0
        self._ssl_context = ssl_context
        self._visits: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", 0, ssl=self._ssl_context
        )
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for visit in self._visits:
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http{'s' if self._ssl_context else ''}://{host}:{self.port}{path}"

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        visit = asyncio.ensure_future(self._serve(reader, writer))
        self._visits.add(visit)
        visit.add_done_callback(self._visits.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.requests.append(request)
            scripted = self.answers.get(request.split(" ")[1], answer(404))
            if isinstance(scripted, bytes):
                writer.write(scripted)
                await writer.drain()
            else:
                await scripted(writer)
        except (OSError, asyncio.IncompleteReadError):
            return  # the visitor left, which is what many scripts are about
        finally:
            writer.close()
