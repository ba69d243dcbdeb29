"""How deep the queues are, without a question to the broker for each answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from domain.model.errors import Unavailable
from domain.model.priority import Priority
from ports.clock import Elapsed

log = logging.getLogger(__name__)

PATIENCE_S = 0.4
"""A submit waits no longer for a depth; until then the last one known is good enough."""

Depths = Mapping[Priority, int]


class RecentDepth:
    """Younger than `ttl_s`: as it was. Younger than twice that: as it was, and asked for again
    behind the answer. Older: asked for. Callers that wait share one question; without an answer
    within `patience_s` they get what was last known, and zeros before anything was."""

    def __init__(
        self,
        ask: Callable[[], Awaitable[Depths]],
        elapsed: Elapsed,
        ttl_s: float,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._ask, self._elapsed = ask, elapsed
        self._ttl_s, self._patience_s = ttl_s, patience_s
        self._known: Depths = dict.fromkeys(Priority, 0)
        self._asked_at_s = float("-inf")
        self._question: asyncio.Task[None] | None = None

    async def __call__(self) -> Depths:
        age_s = self._elapsed() - self._asked_at_s
        if age_s >= self._ttl_s:
            question = self._question or asyncio.create_task(self._refresh())
            self._question = question
            if age_s >= 2 * self._ttl_s:
                await asyncio.wait([question], timeout=self._patience_s)
        return self._known

    async def _refresh(self) -> None:
        try:
            self._known = await self._ask()
        except Unavailable as error:
            log.warning("the depth of the queues is not known: %s", error)
        finally:
            self._asked_at_s = self._elapsed()
            self._question = None
