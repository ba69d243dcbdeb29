"""The gateway's end: Celery messages over RabbitMQ or Redis."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace

from adapters.queue.celery.app import producer_app
from adapters.queue.celery.broker import CeleryBroker
from adapters.queue.celery.errors import refuse_wrong_setting
from adapters.queue.celery.lane import Lane, lane_to
from adapters.queue.celery.message import outgoing
from adapters.queue.depth import PATIENCE_S, RecentDepth
from adapters.queue.publishing import BoundedPublishing, PublishingLimits
from domain.model.errors import Unavailable
from domain.model.priority import Priority
from domain.model.wakeup import Wakeup
from ports.clock import Elapsed
from ports.lifecycle import Lifecycle
from ports.wakeup_queue import WakeupQueue


class _Question:
    """How deep the queues are; who asks finds the answer in it."""

    depths: Mapping[Priority, int]


class CeleryWakeupQueue(WakeupQueue, Lifecycle):
    """The id of a Celery task is the id of ours.

    `depth` is a picture at most two `depth_ttl_s` old, so that a submit costs no round trip; while
    the broker is out of reach it is the last one, so that a submit is accepted all the same.
    """

    def __init__(
        self,
        broker: CeleryBroker,
        elapsed: Elapsed,
        limits: PublishingLimits | None = None,
        depth_ttl_s: float = 1.0,
        depth_patience_s: float = PATIENCE_S,
    ) -> None:
        self._broker, self._app = broker, producer_app(broker)
        self._own = threading.local()
        limits = limits or PublishingLimits()
        self._publishing = BoundedPublishing(self._send, elapsed, limits, self._leave)
        alone = replace(limits, lanes=1, batch=1)
        self._asking = BoundedPublishing(self._answer, elapsed, alone, self._leave)
        self._depth = RecentDepth(self._ask, elapsed, depth_ttl_s, depth_patience_s)

    async def start(self) -> None:
        """Raises `Unavailable` where BROKER_URL is wrong."""
        try:
            await self.ping()
        except Unavailable as error:
            refuse_wrong_setting(error)

    async def aclose(self) -> None:
        await self._publishing.aclose()
        await self._asking.aclose()
        self._app.close()

    async def ping(self) -> None:
        await self._ask()

    async def publish(self, wakeup: Wakeup) -> None:
        await self._publishing.publish(wakeup)

    async def depth(self) -> Mapping[Priority, int]:
        return await self._depth()

    async def _ask(self) -> Mapping[Priority, int]:
        question = _Question()
        await self._asking.publish(question)
        return question.depths

    def _answer(self, questions: Sequence[_Question]) -> None:
        for question in questions:
            question.depths = self._lane().depths()

    def _send(self, wakeups: Sequence[Wakeup]) -> None:
        self._lane().send(
            [outgoing(self._app, each, self._broker.queue_of(each.priority)) for each in wakeups]
        )

    def _lane(self) -> Lane:
        if not hasattr(self._own, "lane"):
            self._own.lane = lane_to(self._app, self._broker)
        lane: Lane = self._own.lane
        return lane

    def _leave(self) -> None:
        self._lane().close()
