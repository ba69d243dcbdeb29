"""A closed loop of HTTP clients, as cheap as Python can: each sends its next request when the last
one is answered."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass(slots=True)
class Load:
    """What was seen from the first request to the last answer."""

    seconds: float = 0.0
    latencies_s: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies_s) / self.seconds

    def percentile_ms(self, share: float) -> float:
        ordered = sorted(self.latencies_s)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def closed_loop(port: int, requests: Iterator[bytes], clients: int, seconds: float) -> Load:
    """`clients` connections at once on loopback. Raises `RuntimeError` for any answer but 202."""
    loop, load, began_s = asyncio.get_running_loop(), Load(), perf_counter()
    ends = []
    for _ in range(clients):
        client = _Client(requests, load, began_s + seconds, loop.create_future())
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]
        ends.append(client.ended)
    await asyncio.gather(*ends)
    load.seconds = perf_counter() - began_s
    return load


class _Client(asyncio.Protocol):
    def __init__(
        self, requests: Iterator[bytes], load: Load, until_s: float, ended: "asyncio.Future[None]"
    ) -> None:
        self.ended = ended
        self._requests, self._load, self._until_s = requests, load, until_s
        self._received, self._sent_s = b"", 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if not found or (length and len(body) < int(length[1])):
            return
        if not head.startswith(b"HTTP/1.1 202"):
            self._end(RuntimeError(f"202 expected: {self._received.decode(errors='replace')}"))
            return
        self._load.latencies_s.append(perf_counter() - self._sent_s)
        self._received = b""
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        self._end(error or RuntimeError("the server closed the connection"))

    def _send(self) -> None:
        self._sent_s = perf_counter()
        if self._sent_s >= self._until_s:
            self._end(None)
        else:
            self._transport.write(next(self._requests))

    def _end(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(error) if error else self.ended.set_result(None)
            self._transport.close()
