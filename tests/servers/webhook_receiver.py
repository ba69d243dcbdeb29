"""A receiver of webhooks on loopback: it keeps what comes, and answers each path as scripted."""

import asyncio
import struct
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from socket import SO_LINGER, SOL_SOCKET
from time import monotonic
from typing import Any, Self

from tests.servers.scripted_http import answer


@dataclass(frozen=True, slots=True)
class Arrival:
    path: str
    headers: dict[str, str]
    body: bytes
    at_s: float


Step = bytes | Callable[[Arrival, asyncio.StreamWriter], Awaitable[None]]
"""A whole response, or what happens instead."""

OK = answer(200)


async def reset(_arrival: Arrival, writer: asyncio.StreamWriter) -> None:
    """The connection ends with RST."""
    writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def hang(_arrival: Arrival, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


class WebhookReceiver:
    """Use as an async context manager. What nobody scripted answers 200; the last step of a script
    is for ever. `most_at_once`: how many were being answered at the same time, by path."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.host = host
        self.arrivals: list[Arrival] = []
        self.most_at_once: defaultdict[str, int] = defaultdict(int)
        self._at_once: defaultdict[str, int] = defaultdict(int)
        self._scripts: dict[str, deque[Step]] = {}
        self._visits: set[asyncio.Task[None]] = set()
        self._news = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, self.host, 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for visit in self._visits:
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)

    def url(self, path: str = "/hook") -> str:
        return f"http://{self.host}:{self.port}{path}"

    def script(self, steps: Iterable[Step], path: str = "/hook") -> None:
        self._scripts[path] = deque(steps)

    def at(self, path: str = "/hook") -> list[Arrival]:
        return [each for each in self.arrivals if each.path == path]

    async def until(self, enough: Callable[[Self], bool], patience_s: float = 60.0) -> None:
        """Returns as soon as `enough` is true of it."""
        async with asyncio.timeout(patience_s), self._news:
            await self._news.wait_for(lambda: enough(self))

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = asyncio.ensure_future(self._serve(reader, writer))
        self._visits.add(visit)
        visit.add_done_callback(self._visits.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = ""
        try:
            arrival = await _read(reader)
            path = arrival.path
            self._at_once[path] += 1
            await _others_have_left()
            self.most_at_once[path] = max(self.most_at_once[path], self._at_once[path])
            async with self._news:
                self.arrivals.append(arrival)
                self._news.notify_all()
            await _while_there(reader, _do(self._step(path), arrival, writer))
        except (OSError, asyncio.IncompleteReadError):
            return  # the visitor left, which is what some scripts are about
        finally:
            self._at_once[path] -= 1
            writer.close()

    def _step(self, path: str) -> Step:
        steps = self._scripts.get(path, deque([OK]))
        return steps.popleft() if len(steps) > 1 else steps[0]


async def _others_have_left() -> None:
    """Whoever hung up before this visit began: the loop hears of it in its next turn, and what
    was done for him takes a few more to end."""
    for _ in range(20):
        await asyncio.sleep(0)


async def _while_there(reader: asyncio.StreamReader, doing: Coroutine[Any, Any, None]) -> None:
    """Whoever hangs up is not being answered any more."""
    answering, leaving = asyncio.ensure_future(doing), asyncio.ensure_future(reader.read(1))
    try:
        await asyncio.wait([answering, leaving], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in (answering, leaving):
            each.cancel()
        await asyncio.gather(answering, leaving, return_exceptions=True)


async def _do(step: Step, arrival: Arrival, writer: asyncio.StreamWriter) -> None:
    if isinstance(step, bytes):
        writer.write(step)
        await writer.drain()
    else:
        await step(arrival, writer)


async def _read(reader: asyncio.StreamReader) -> Arrival:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.rstrip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Arrival(first.split(" ")[1], headers, body, monotonic())
