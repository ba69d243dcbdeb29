"""Commands of many callers in few round trips to Redis."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

Words = Sequence[str | bytes | int | float]

Go = Callable[[Sequence[Words]], Awaitable[Sequence[Any]]]
"""One round trip: the answer to each command, in order; an exception where it failed. Raises when
none may have been answered."""

AT_ONCE = 1
"""Round trips under way. The server does one command after the other in any case."""
MOST = 128
"""Commands of a trip."""


@dataclass(slots=True)
class _Asked:
    words: Words
    answer: asyncio.Future[Any]


class SharedTrips:
    """What is asked while trips are under way goes together in the next one: that costs a quarter
    of a trip of its own, here and at the server, and no caller waits for a connection."""

    def __init__(self, go: Go) -> None:
        self._go = go
        self._waiting: deque[_Asked] = deque()
        self._under_way: set[asyncio.Task[None]] = set()

    async def __call__(self, *words: str | bytes | int | float) -> Any:
        """The answer. Raises what the client library raises; a caller who is cancelled leaves the
        command under way."""
        asked = _Asked(words, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        self._set_off()
        found = await asked.answer
        if isinstance(found, BaseException):
            raise found
        return found

    async def settled(self) -> None:
        """Return when no trip is under way."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    def _set_off(self) -> None:
        if self._waiting and len(self._under_way) < AT_ONCE:
            trip = asyncio.create_task(self._travel())
            self._under_way.add(trip)
            trip.add_done_callback(self._arrived)

    def _arrived(self, trip: asyncio.Task[None]) -> None:
        self._under_way.discard(trip)
        self._set_off()

    async def _travel(self) -> None:
        number = min(MOST, len(self._waiting))
        together = [self._waiting.popleft() for _ in range(number)]
        answers: Sequence[Any] = [asyncio.CancelledError()] * number
        try:
            answers = await self._answers([asked.words for asked in together])
        finally:
            for asked, answer in zip(together, answers, strict=True):
                if not asked.answer.done():
                    asked.answer.set_result(answer)

    async def _answers(self, commands: Sequence[Words]) -> Sequence[Any]:
        try:
            return await self._go(commands)
        except Exception as error:
            return [error] * len(commands)
