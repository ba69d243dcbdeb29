"""A closed loop of HTTP clients, as cheap as Python can: each sends its next request when the last
one is answered."""

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass(slots=True)
class Load:
    """What was seen from the first request to the last answer."""

    seconds: float = 0.0
    latencies_s: list[float] = field(default_factory=list)
    answered_s: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies_s) / self.seconds

    @property
    def steady_rate(self) -> float:
        """Answers a second without the first and the last tenth of the time, when not every client
        is under way."""
        first_s, last_s = self.answered_s[0], self.answered_s[-1]
        edge_s = (last_s - first_s) / 10
        inside = [at_s for at_s in self.answered_s if first_s + edge_s <= at_s < last_s - edge_s]
        return len(inside) / (8 * edge_s)

    def percentile_ms(self, share: float) -> float:
        ordered = sorted(self.latencies_s)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def accepted(answer: bytes) -> bool:
    return answer.startswith(b"HTTP/1.1 202")


async def closed_loop(
    port: int,
    requests: Iterator[bytes],
    clients: int,
    seconds: float,
    wanted: Callable[[bytes], bool] = accepted,
) -> Load:
    """`clients` connections at once on loopback. Raises `RuntimeError` for any answer that is not
    `wanted`."""
    loop, load, began_s = asyncio.get_running_loop(), Load(), perf_counter()
    ends = []
    for _ in range(clients):
        client = _Client(requests, load, began_s + seconds, loop.create_future(), wanted)
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]
        ends.append(client.ended)
    await asyncio.gather(*ends)
    load.seconds = perf_counter() - began_s
    return load


class _Client(asyncio.Protocol):
    def __init__(
        self,
        requests: Iterator[bytes],
        load: Load,
        until_s: float,
        ended: "asyncio.Future[None]",
        wanted: Callable[[bytes], bool],
    ) -> None:
        self.ended, self._wanted = ended, wanted
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
        if not self._wanted(self._received):
            self._end(RuntimeError(f"not wanted: {self._received.decode(errors='replace')}"))
            return
        now_s = perf_counter()
        self._load.latencies_s.append(now_s - self._sent_s)
        self._load.answered_s.append(now_s)
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
