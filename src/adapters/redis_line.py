"""One connection to Redis on which many commands travel together."""

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.connection import Connection
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import ResponseError

from adapters.redis_trips import Words

RETRY_AFTER_S = 0.05


class RedisLine:
    """Connects when it is used. `connection` has no time limits of its own: a whole trip takes at
    most `timeout_s`, which costs less than a limit for each answer."""

    def __init__(self, redis: Redis, connection: Connection, timeout_s: float) -> None:
        self._redis, self._connection, self._timeout_s = redis, connection, timeout_s

    async def __call__(self, commands: Sequence[Words]) -> Sequence[Any]:
        """The answer to each; the error where the server refused one. After a lost connection
        those without an answer are sent again, once. Raises what the client library raises, and
        `TimeoutError`."""
        answers: list[Any] = []
        try:
            await self._travel(commands, answers)
        except ConnectionLost:
            await asyncio.sleep(RETRY_AFTER_S)
            await self._travel(commands[len(answers) :], answers)
        return answers

    async def aclose(self) -> None:
        await self._connection.disconnect(nowait=True)

    async def _travel(self, commands: Sequence[Words], answers: list[Any]) -> None:
        line = self._connection
        try:
            async with asyncio.timeout(self._timeout_s):
                await line.send_packed_command(line.pack_commands(commands))
                for name, *_ in commands:
                    answers.append(await self._answer(name))
        except BaseException:
            # What is still to come would be taken for the answers to other questions.
            await line.disconnect(nowait=True)
            raise

    async def _answer(self, name: Any) -> Any:
        try:
            return await self._redis.parse_response(self._connection, name)
        except ResponseError as error:
            return error
