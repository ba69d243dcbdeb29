"""One connection for many commands: against a server that fails when the test says so."""

import asyncio
from collections.abc import AsyncIterator

import hiredis
import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as ConnectionLost

from adapters.redis_line import RedisLine

pytestmark = pytest.mark.anyio


class Server:
    """Answers each command with its own name, until it has given as many answers as the first
    number in `links` says; then it hangs up. The next link goes by the next number."""

    def __init__(self, *links: int) -> None:
        self.links, self.heard = list(links), list[str]()
        self.asked_to_wait = asyncio.Event()
        self.serving: set[asyncio.Task[None] | None] = set()

    async def serve(self, read: asyncio.StreamReader, write: asyncio.StreamWriter) -> None:
        self.serving.add(asyncio.current_task())
        left, parser = self.links.pop(0), hiredis.Reader()
        while left and (data := await read.read(65_536)):
            parser.feed(data)
            while left and (words := parser.gets()) is not False:
                if words[0] != b"CLIENT":
                    left -= 1
                    self.heard.append(words[0].decode())
                if words[0] == b"SILENCE":
                    self.asked_to_wait.set()
                else:
                    write.write(b"+%b\r\n" % words[0])
        write.close()
        await write.wait_closed()


@pytest.fixture
async def lines() -> AsyncIterator["Lines"]:
    opened = Lines()
    yield opened
    await opened.close()


class Lines:
    def __init__(self) -> None:
        self._open: list[tuple[Server, asyncio.Server, RedisLine]] = []

    async def to(self, server: Server, timeout_s: float = 10.0) -> RedisLine:
        listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        redis = Redis(host="127.0.0.1", port=port, protocol=2, socket_timeout=None)
        pool = redis.connection_pool
        line = RedisLine(redis, pool.connection_class(**pool.connection_kwargs), timeout_s)
        self._open.append((server, listener, line))
        return line

    async def close(self) -> None:
        for server, listener, line in self._open:
            await line.aclose()
            listener.close()
            await asyncio.gather(*filter(None, server.serving))


async def test_each_gets_its_own_answer(lines: Lines) -> None:
    line = await lines.to(Server(100))
    assert await line([("A",), ("B",)]) == [b"A", b"B"]
    assert await line([("C",)]) == [b"C"]


async def test_only_what_has_no_answer_is_sent_again(lines: Lines) -> None:
    server = Server(1, 100)
    line = await lines.to(server)
    assert await line([("A",), ("B",), ("C",)]) == [b"A", b"B", b"C"]
    assert server.heard == ["A", "B", "C"]


async def test_a_second_loss_is_told(lines: Lines) -> None:
    line = await lines.to(Server(1, 1, 100))
    with pytest.raises(ConnectionLost):
        await line([("A",), ("B",), ("C",)])
    assert await line([("D",)]) == [b"D"]


async def test_silence_ends_and_its_answer_is_given_to_nobody(lines: Lines) -> None:
    line = await lines.to(Server(100, 100), timeout_s=1.0)
    with pytest.raises(TimeoutError):
        await line([("SILENCE",)])
    assert await line([("B",)]) == [b"B"]


async def test_a_caller_who_leaves_takes_the_connection_with_him(lines: Lines) -> None:
    server = Server(100, 100)
    line = await lines.to(server)
    leaving = asyncio.ensure_future(line([("SILENCE",)]))
    await server.asked_to_wait.wait()
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await line([("B",)]) == [b"B"]
