"""The gateway's end of the queue, on Dramatiq."""

from collections.abc import Mapping, Sequence

import dramatiq

from adapters.queue.dramatiq.by_scheme import transport_for
from adapters.queue.dramatiq.envelope import pack
from adapters.queue.dramatiq.names import PREFIX, TierQueues
from adapters.queue.dramatiq.tier_counts import TierCounts
from adapters.queue.publishing import BoundedPublishing, PublishingLimits
from domain.model.priority import Priority
from domain.model.wakeup import Wakeup
from ports.clock import Elapsed
from ports.lifecycle import Lifecycle
from ports.wakeup_queue import WakeupQueue


class DramatiqWakeupQueue(WakeupQueue, Lifecycle):
    """Over RabbitMQ or Redis, as the scheme of `broker_url` says. `depth` is as old as
    `depth_ttl_s` at most. Raises `InternalError` for an unknown scheme."""

    def __init__(
        self,
        broker_url: str,
        elapsed: Elapsed,
        *,
        prefix: str = PREFIX,
        limits: PublishingLimits | None = None,
        depth_ttl_s: float = 1.0,
    ) -> None:
        limits = limits or PublishingLimits()
        self._queues = TierQueues(prefix)
        transport = transport_for(broker_url, self._queues)
        self._elapsed, self._depth_ttl_s = elapsed, depth_ttl_s
        self._counts = TierCounts(transport, elapsed, limits.time_limit_s)
        self._counted: tuple[float, Mapping[Priority, int]] | None = None
        self._broker = transport.publisher()
        self._publishing = BoundedPublishing[dramatiq.Message[None]](
            self._send, elapsed, limits, leave=lambda: transport.leave(self._broker)
        )

    async def start(self) -> None:
        await self._counts.check()

    async def aclose(self) -> None:
        await self._publishing.aclose()
        await self._counts.aclose()

    async def ping(self) -> None:
        await self._counts.now()

    async def publish(self, wakeup: Wakeup) -> None:
        await self._publishing.publish(pack(wakeup, self._queues))

    async def depth(self) -> Mapping[Priority, int]:
        if self._counted is None or self._elapsed() - self._counted[0] >= self._depth_ttl_s:
            self._counted = (self._elapsed(), await self._counts.now())
        return self._counted[1]

    def _send(self, messages: Sequence[dramatiq.Message[None]]) -> None:
        """On a lane's thread: Dramatiq keeps a connection a thread."""
        for message in messages:
            self._broker.enqueue(message)
