"""One Redis for every adapter that uses it: its connections, and its errors in the domain's words.

One server, or one primary behind a name. No Cluster: the scripts compute the keys they touch.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import NoScriptError, RedisError

from domain.model.errors import StorageUnavailable
from ports.lifecycle import Lifecycle

RETRY_AFTER_S = 0.05

Word = str | bytes | int | float

compact_json: Callable[[Any], str] = json.JSONEncoder(separators=(",", ":")).encode


class RedisClient(Lifecycle):
    """At most `max_connections` at once; who comes later waits. An answer that takes longer than
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
        self._command: Callable[..., Awaitable[Any]] = self._redis.execute_command
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
        await self._pool.disconnect()

    async def ping(self) -> None:
        await self.call("PING")

    async def call(self, *words: Word) -> Any:
        """The answer to one command."""
        with self._guarded():
            return await self._command(*words)

    async def together(self, *commands: Sequence[Word]) -> list[Any]:
        """The answers to several commands, run as one (MULTI … EXEC)."""
        with self._guarded():
            async with self._redis.pipeline(transaction=True) as pipeline:
                for words in commands:
                    pipeline.execute_command(*words)
                return await pipeline.execute()

    def script(self, text: str) -> "RedisScript":
        return RedisScript(self, text)

    async def evaluate(self, sha: str, text: str, *words: Word) -> Any:
        """EVALSHA, or EVAL where the server does not know the script (any more)."""
        with self._guarded():
            try:
                return await self._command("EVALSHA", sha, *words)
            except NoScriptError:
                return await self._command("EVAL", text, *words)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """The library's errors in ours, and a cancel for what it is: on Python 3.11
        `asyncio.wait_for`, which the library calls, answers as if there had been none when it comes
        with the last byte, and a loop that is to end would go on for ever."""
        if not self._open:
            raise StorageUnavailable("Redis is not open.")
        canceled_before = _cancels()
        try:
            yield
        except (RedisError, OSError) as error:
            raise StorageUnavailable from error
        finally:
            if _cancels() > canceled_before:
                raise asyncio.CancelledError

    def _refused(self, reason: BaseException) -> StorageUnavailable:
        return StorageUnavailable(
            f"REDIS_URL: {self.address} can't be used: {reason}",
            remedy="Set REDIS_URL to redis://[user:password@]host:port/db of a running server.",
        )


class RedisScript:
    """A Lua script that finds its arguments by name, in the table `given`. Floats go as `repr`:
    Lua reads them exactly, but would write them short."""

    PRELUDE = "local given = cjson.decode(ARGV[1])\ngiven.body = ARGV[2]\n"

    def __init__(self, client: RedisClient, text: str) -> None:
        self._client = client
        self._text = self.PRELUDE + text
        self._sha = hashlib.sha1(self._text.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, *keys: str, body: str = "", **given: Any) -> Any:
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
