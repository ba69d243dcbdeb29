"""The worker's end: Celery's own worker, embedded, that pulls from RabbitMQ or Redis."""

import asyncio
import os
import socket
from collections.abc import Callable
from typing import Any

from adapters.queue.celery.app import producer_app, worker_app
from adapters.queue.celery.broker import CeleryBroker
from adapters.queue.celery.errors import refuse_wrong_setting
from adapters.queue.celery.handover import Handover
from adapters.queue.celery.hands import Hands
from adapters.queue.celery.lane import lane_to
from adapters.queue.celery.pull import Pull
from adapters.queue.celery.redis_tiers import RedisTiers
from adapters.queue.celery.results import LedgerResults, TaskOf
from adapters.queue.celery.task import register_task
from adapters.queue.celery.tiers import AmqpTiers, Tiers
from adapters.queue.celery.worker import EmbeddedWorker
from domain.model.errors import Unavailable
from domain.model.priority import Ageing, TierClocks
from ports.clock import Elapsed
from ports.lifecycle import Lifecycle
from ports.wakeup_source import Handle, WakeupSource


class CeleryWakeupSource(WakeupSource, Lifecycle):
    """One worker at a time. `task_of` and `result_url` (redis://) together mirror the ledger's
    states in a Celery result backend and let Celery's spectators in: remote control, heartbeats,
    and events as soon as somebody asks for them."""

    def __init__(
        self,
        broker: CeleryBroker,
        ageing: Ageing,
        elapsed: Elapsed,
        *,
        grace_s: float = 25.0,
        requeue_after_s: float = 5.0,
        task_of: TaskOf | None = None,
        result_url: str | None = None,
    ) -> None:
        self._broker, self._elapsed = broker, elapsed
        self._grace_s, self._requeue_after_s = grace_s, requeue_after_s
        self._task_of, self._result_url = task_of, result_url
        self._clocks = TierClocks(ageing)
        self._pull: Pull | None = None

    async def start(self) -> None:
        """Raises `Unavailable` where BROKER_URL is wrong."""
        lane = lane_to(producer_app(self._broker), self._broker)
        try:
            await asyncio.to_thread(lane.opened)
        except Exception as error:
            refuse_wrong_setting(error)
        finally:
            await asyncio.to_thread(lane.close)

    async def ping(self) -> None:
        """A source that runs is well while it is connected."""
        if self._pull is not None and not self._pull.attached:
            raise Unavailable("The worker has no connection to the broker at the moment.")

    async def run(self, handle: Handle, slots: int) -> None:
        """Raises `Unavailable` when Celery's worker ended by itself; a broker that is away is
        waited for, and does not end it."""
        parking = lane_to(producer_app(self._broker), self._broker)
        handover = Handover(asyncio.get_running_loop(), handle)
        hands = Hands(
            slots, self._requeue_after_s, lambda each: parking.send([each]), self._broker.parked
        )
        worker = self._embed(hands, handover, slots)
        worker.start()
        try:
            exit_code = await asyncio.shield(worker.ended)
        except asyncio.CancelledError:
            await self._drain(worker, handover)
            raise
        finally:
            self._pull = None
            await asyncio.to_thread(parking.close)
        raise Unavailable(f"Celery's worker ended with exit code {exit_code}; its log says why.")

    async def _drain(self, worker: EmbeddedWorker, handover: Handover) -> None:
        """A second cancel cuts the grace short."""
        worker.drain()
        try:
            await asyncio.wait([worker.ended], timeout=self._grace_s)
        finally:
            handover.cancel()
            await asyncio.wait([worker.ended])

    def _embed(self, hands: Hands, handover: Handover, slots: int) -> EmbeddedWorker:
        app = worker_app(self._broker, self._result_url)
        results = None
        if self._result_url is not None and self._task_of is not None:
            loop = asyncio.get_running_loop()
            results = LedgerResults(app, self._task_of, self._elapsed, loop)
        register_task(app, handover, results)
        self._pull = Pull(self._broker, hands, self._clocks, self._elapsed)
        name = f"darkroom-{os.getpid()}@{socket.gethostname()}"
        return EmbeddedWorker(
            app, name, slots, self._pull, handover,
            tiers_of=self._tiers_of(hands), without_heartbeat=self._result_url is None,
        )  # fmt: skip

    def _tiers_of(self, hands: Hands) -> Callable[[Any], Tiers]:
        if self._broker.is_redis:
            return lambda channel: RedisTiers(channel, self._broker, hands.held_from)
        return AmqpTiers
