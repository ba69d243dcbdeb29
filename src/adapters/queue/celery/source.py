"""The worker's end: Celery's own worker, embedded, that pulls from RabbitMQ or Redis."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from celery import Celery  # type: ignore[import-untyped]

from adapters.queue.celery.app import producer_app, worker_app
from adapters.queue.celery.broker import CeleryBroker
from adapters.queue.celery.errors import refuse_wrong_setting
from adapters.queue.celery.handover import Handover
from adapters.queue.celery.hands import Hands
from adapters.queue.celery.lane import lane_to
from adapters.queue.celery.pull import Pull
from adapters.queue.celery.redis_tiers import RedisTiers
from adapters.queue.celery.result_writer import ResultWriter, write_states
from adapters.queue.celery.results import Answer, LeftOver, Mirrored, TaskOf, Told, unmirrored
from adapters.queue.celery.task import register_task
from adapters.queue.celery.tiers import AmqpTiers, Tiers
from adapters.queue.celery.worker import EmbeddedWorker
from domain.model.errors import Unavailable
from domain.model.priority import Ageing, TierClocks
from ports.clock import Elapsed
from ports.lifecycle import Lifecycle
from ports.wakeup_source import Handle, WakeupSource

STOP_LIMIT_S = 4.0
"""For a connection that its broker holds up; the handlers have ended by then."""
RESULT_LIMIT_S = 2.0

log = logging.getLogger(__name__)


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
        left_over: LeftOver = tuple,
        result_url: str | None = None,
        on_parked: Callable[[str], None] = lambda reason: None,
    ) -> None:
        self._broker, self._elapsed = broker, elapsed
        self._grace_s, self._requeue_after_s = grace_s, requeue_after_s
        self._task_of, self._left_over = task_of, left_over
        self._result_url = result_url
        self._clocks, self._on_parked = TierClocks(ageing), on_parked
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
        app = worker_app(self._broker, self._result_url)
        async with self._mirroring(app, handle) as told:
            exit_code = await self._work(app, Handover(asyncio.get_running_loop(), told), slots)
        raise Unavailable(f"Celery's worker ended with exit code {exit_code}; its log says why.")

    @asynccontextmanager
    async def _mirroring(self, app: Celery, handle: Handle) -> AsyncIterator[Answer]:
        if self._task_of is None or self._result_url is None:
            yield partial(unmirrored, handle)
            return
        writer = ResultWriter(lambda tasks: write_states(app.backend, tasks), self._elapsed)
        writer.start()
        mirrored = Mirrored(handle, self._task_of, writer.note, self._left_over)
        try:
            yield mirrored
        finally:
            mirrored.close()
            await asyncio.to_thread(writer.close, RESULT_LIMIT_S)

    async def _work(self, app: Celery, handover: Handover[Told], slots: int) -> int:
        parking = lane_to(producer_app(self._broker), self._broker)
        hands = Hands(
            slots, self._requeue_after_s, lambda each: parking.send([each]), self._broker.parked,
            self._on_parked,
        )  # fmt: skip
        worker = self._embed(app, hands, handover, slots)
        worker.start()
        try:
            return await asyncio.shield(worker.ended)
        except asyncio.CancelledError:
            await self._drain(worker, handover)
            raise
        finally:
            self._pull = None
            await asyncio.to_thread(parking.close)

    async def _drain(self, worker: EmbeddedWorker, handover: Handover[Told]) -> None:
        """A second cancel cuts the grace short. What a broker lent out that does not answer is its
        own again when this process ends."""
        worker.drain()
        try:
            await handover.drain(self._grace_s)
        finally:
            await asyncio.wait([worker.ended], timeout=STOP_LIMIT_S)
            if not worker.ended.done():
                log.warning("the broker does not answer; its messages are left to it")

    def _embed(
        self, app: Celery, hands: Hands, handover: Handover[Told], slots: int
    ) -> EmbeddedWorker:
        register_task(app)
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
