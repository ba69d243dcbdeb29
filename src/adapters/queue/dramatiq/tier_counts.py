"""How much waits in each tier, asked of the broker in bounded time."""

import logging
from collections.abc import Mapping, Sequence

from adapters.queue.dramatiq.internals import check_dramatiq
from adapters.queue.dramatiq.transport import Transport
from adapters.queue.publishing import BoundedPublishing, PublishingLimits
from domain.model.errors import Unavailable
from domain.model.priority import Priority
from ports.clock import Elapsed

log = logging.getLogger(__name__)

QUESTION_LIMIT_S = 1.0

Counts = dict[Priority, int]


class TierCounts:
    """Those who ask at once share one answer."""

    def __init__(self, transport: Transport, elapsed: Elapsed) -> None:
        self._transport = transport
        self._broker = transport.publisher()
        self._asking = BoundedPublishing[Counts](
            self._answer, elapsed, PublishingLimits(lanes=1, time_limit_s=QUESTION_LIMIT_S),
            leave=lambda: transport.leave(self._broker),
        )  # fmt: skip

    async def check(self) -> None:
        """A broker that is away may come back by itself; raises `Unavailable` for what will not."""
        check_dramatiq(self._transport)
        try:
            await self.now()
        except Unavailable as error:
            if self._transport.refused(error.__cause__):
                raise Unavailable(
                    f"BROKER_URL: the broker turns us away: {error.__cause__}",
                    remedy="Correct the user, password and vhost or database of BROKER_URL.",
                    retryable=False,
                ) from error
            log.warning("the broker is away, it is tried again: %s", error)

    async def now(self) -> Mapping[Priority, int]:
        """Raises `Unavailable`."""
        counts: Counts = {}
        await self._asking.publish(counts)
        return counts

    async def aclose(self) -> None:
        await self._asking.aclose()

    def _answer(self, asked: Sequence[Counts]) -> None:
        """On a thread of its own."""
        found = self._transport.count(self._broker)
        for counts in asked:
            counts.update(found)
