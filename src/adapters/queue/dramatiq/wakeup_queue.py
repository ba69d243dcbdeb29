"""The gateway's end of the queue, on Dramatiq."""

from collections.abc import Mapping, Sequence

import dramatiq

from adapters.queue.depth import PATIENCE_S, RecentDepth
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
    """Over RabbitMQ or Redis, as the scheme of `broker_url` says. Raises `InternalError` for an
    unknown one.

    `depth` is a picture at most two `depth_ttl_s` old, so that a submit costs no round trip; while
    the broker is out of reach it is the last one, so that a submit is accepted all the same.
    """

    def __init__(
        self,
        broker_url: str,
        elapsed: Elapsed,
        *,
        prefix: str = PREFIX,
        limits: PublishingLimits | None = None,
        depth_ttl_s: float = 1.0,
        depth_patience_s: float = PATIENCE_S,
    ) -> None:
        self._queues = TierQueues(prefix)
        transport = transport_for(broker_url, self._queues)
        self._counts = TierCounts(transport, elapsed)
        self._depth = RecentDepth(self._counts.now, elapsed, depth_ttl_s, depth_patience_s)
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
        return await self._depth()

    def _send(self, messages: Sequence[dramatiq.Message[None]]) -> None:
        """On a lane's thread: Dramatiq keeps a connection a thread."""
        for message in messages:
            self._broker.enqueue(message)
