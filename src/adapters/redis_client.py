"""One Redis for every adapter that uses it: its connections, and its errors in the domain's words.

One server, or one primary behind a name. No Cluster: the scripts compute the keys they touch.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import AuthenticationError, NoScriptError, RedisError, ResponseError
from redis.exceptions import ConnectionError as ConnectionLost

from adapters.compact_json import compact_json
from adapters.redis_line import RETRY_AFTER_S, RedisLine
from adapters.redis_trips import SharedTrips
from domain.model.errors import StorageUnavailable
from ports.lifecycle import Lifecycle

SILENCE_S = 5.0

Word = str | bytes | int | float

WRONG_URL = (ValueError, AuthenticationError, ResponseError)
"""No address, no such user or password, no such database: to try again mends none of them."""


class RedisClient(Lifecycle):
    """Single commands and scripts share one connection; transactions and subscriptions have their
    own, at most `max_connections`: who comes later waits. An answer that takes longer than
    `timeout_s` is an error, so that a stalled server makes nobody hang.

    A lost connection is tried again once, at once: a call may therefore reach the server twice, and
    each adapter says what becomes of that. A time-out is not tried again. Every method raises
    `StorageUnavailable`.
    """

    def __init__(self, url: str, *, timeout_s: float = 1.0, max_connections: int = 32) -> None:
        self.address = _without_secrets(url)
        try:
            self._pool = BlockingConnectionPool.from_url(
                url, max_connections=max_connections, timeout=timeout_s,
                socket_timeout=timeout_s, socket_connect_timeout=timeout_s / 2,
                retry=Retry(ConstantBackoff(RETRY_AFTER_S), 1, (ConnectionLost,)),
                encoding_errors="surrogatepass", protocol=2,
            )  # fmt: skip
        except ValueError as error:
            raise self._refused(error) from error
        self._redis = Redis(connection_pool=self._pool)
        options = {**self._pool.connection_kwargs, "socket_timeout": None}
        connection: Any = self._pool.connection_class(**options)
        self._line = RedisLine(self._redis, connection, timeout_s)
        self._ask = SharedTrips(self._line)
        self._open = False

    async def start(self) -> None:
        """Raises `StorageUnavailable` that names REDIS_URL."""
        self._open = True
        try:
            await self.ping()
        except StorageUnavailable as error:
            await self.aclose()
            raise self._refused(error.__cause__ or error) from error

    async def aclose(self) -> None:
        self._open = False
        await self._line.aclose()
        await self._pool.disconnect()
        await self._ask.settled()
        await self._line.aclose()  # a trip that was under way may have taken it up again

    async def ping(self) -> None:
        await self.call("PING")

    async def call(self, *words: Word) -> Any:
        """The answer to one command."""
        self._refuse_unless_open()
        try:
            return await self._ask(*words)
        except (RedisError, OSError) as error:
            raise StorageUnavailable from error

    async def together(self, *commands: Sequence[Word]) -> list[Any]:
        """The answers to several commands, run as one (MULTI … EXEC)."""
        with self._guarded():
            async with self._redis.pipeline(transaction=True) as pipeline:
                for words in commands:
                    pipeline.execute_command(*words)
                return await pipeline.execute()

    async def heard(self, channel: str) -> AsyncIterator[bytes | None]:
        """What is published on `channel`, for ever; None once it is listened to, and again when
        the link was lost in between."""
        async with self._redis.pubsub() as listening:
            with self._guarded():
                await listening.subscribe(channel)
            while True:
                with self._guarded():
                    told = await listening.get_message(timeout=SILENCE_S)
                    if told is None:
                        await listening.ping()  # a dead link says so only when it is written to
                if told and told["type"] in ("subscribe", "message"):
                    yield told["data"] if told["type"] == "message" else None

    def script(self, text: str) -> "RedisScript":
        return RedisScript(self, text)

    async def evaluate(self, sha: str, text: str, *words: Word) -> Any:
        """EVALSHA, or EVAL where the server does not know the script (any more)."""
        self._refuse_unless_open()
        try:
            return await self._ask("EVALSHA", sha, *words)
        except NoScriptError:
            return await self.call("EVAL", text, *words)
        except (RedisError, OSError) as error:
            raise StorageUnavailable from error

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """The library's errors in ours, and a cancel for what it is: on Python 3.11
        `asyncio.wait_for`, which the library calls, answers as if there had been none when it comes
        with the last byte, and a loop that is to end would go on for ever."""
        self._refuse_unless_open()
        canceled_before = _cancels()
        try:
            yield
        except (RedisError, OSError) as error:
            raise StorageUnavailable from error
        finally:
            if _cancels() > canceled_before:
                raise asyncio.CancelledError

    def _refuse_unless_open(self) -> None:
        if not self._open:
            raise StorageUnavailable("Redis is not open.")

    def _refused(self, reason: BaseException) -> StorageUnavailable:
        return StorageUnavailable(
            f"REDIS_URL: {self.address} can't be used: {reason}",
            remedy="Set REDIS_URL to redis://[user:password@]host:port/db of a running server.",
            retryable=not isinstance(reason, WRONG_URL),
        )


class RedisScript:
    """A Lua script that finds its arguments by name, in the table `given`. Floats go as `repr`:
    Lua reads them exactly, but would write them short."""

    PRELUDE = "local given = cjson.decode(ARGV[1])\ngiven.body = ARGV[2]\n"

    def __init__(self, client: RedisClient, text: str) -> None:
        self._client = client
        self._text = self.PRELUDE + text
        self._sha = hashlib.sha1(self._text.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, *keys: str, body: str | bytes = "", **given: Any) -> Any:
        """The script's answer. What is None is absent from `given`; `body`, the one that may be
        long, goes as it is."""
        named = compact_json({name: value for name, value in given.items() if value is not None})
        return await self._client.evaluate(self._sha, self._text, len(keys), *keys, named, body)


def _cancels() -> int:
    """How often the running task was asked to end."""
    task = asyncio.current_task()
    return task.cancelling() if task else 0


def _without_secrets(url: str) -> str:
    scheme, separator, place = url.partition("?")[0].partition("://")
    return scheme + separator + place.rpartition("@")[2]
