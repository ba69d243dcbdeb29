"""The worker's end of the queue, on Dramatiq."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

import dramatiq

from adapters.queue.dramatiq.by_scheme import HEARTBEAT_TIMEOUT_S, transport_for
from adapters.queue.dramatiq.gate import SlotGate
from adapters.queue.dramatiq.handling import Handling
from adapters.queue.dramatiq.lead import Lead
from adapters.queue.dramatiq.led_broker import worker_on
from adapters.queue.dramatiq.names import PREFIX, TierQueues
from adapters.queue.dramatiq.tier_counts import TierCounts
from adapters.queue.dramatiq.turns import TierTurns
from domain.model.priority import Ageing, TierClocks
from ports.clock import Elapsed
from ports.lifecycle import Lifecycle
from ports.wakeup_source import Handle, WakeupSource

JOIN_LIMIT_S, STOP_LIMIT_S = 4.0, 6.0
"""For threads that a lost broker holds; the handlers have ended by then. Dramatiq sleeps 3 s
before it connects again."""

log = logging.getLogger(__name__)


class DramatiqWakeupSource(WakeupSource, Lifecycle):
    """Over RabbitMQ or Redis, as the scheme of `broker_url` says. On Redis, what a worker held
    that gave no sign for `heartbeat_timeout_s` is offered again; RabbitMQ sees its connection end.
    Raises `InternalError` for an unknown scheme."""

    def __init__(
        self,
        broker_url: str,
        ageing: Ageing,
        elapsed: Elapsed,
        grace_s: float,
        *,
        prefix: str = PREFIX,
        requeue_after_s: float = 5.0,
        heartbeat_timeout_s: float = HEARTBEAT_TIMEOUT_S,
        on_parked: Callable[[str], None] = lambda reason: None,
    ) -> None:
        self._queues = TierQueues(prefix)
        self._transport = transport_for(broker_url, self._queues, heartbeat_timeout_s)
        self._ageing, self._elapsed = ageing, elapsed
        self._grace_s, self._requeue_after_s = grace_s, requeue_after_s
        self._counts, self._on_parked = TierCounts(self._transport, elapsed), on_parked

    async def start(self) -> None:
        await self._counts.check()

    async def aclose(self) -> None:
        await self._counts.aclose()

    async def ping(self) -> None:
        await self._counts.now()

    async def run(self, handle: Handle, slots: int) -> None:
        """Connects by itself, now and after every loss of the broker."""
        gate, handling = SlotGate(slots), Handling(handle)
        worker = self._worker(gate, handling, slots)
        worker.start()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            gate.close()
            try:
                await handling.drain(self._grace_s)
            finally:
                await _stop(worker)

    def _worker(self, gate: SlotGate, handling: Handling, slots: int) -> dramatiq.Worker:
        broker, tap = self._transport.consumer()
        turns = TierTurns(TierClocks(self._ageing), self._elapsed)
        broker.lead = Lead(
            tap, gate, turns, self._queues, handling.start, self._requeue_after_s, self._on_parked
        )
        return worker_on(broker, self._queues, slots)


async def _stop(worker: dramatiq.Worker) -> None:
    """A second cancel may cut the grace short, but not the giving back; a broker that does not
    answer may: what it lent out is its own again when this process ends."""
    stopped = asyncio.get_running_loop().create_future()
    Thread(target=_stop_blocking, args=[worker, stopped], name="stop-worker", daemon=True).start()
    limit = asyncio.ensure_future(asyncio.wait([stopped], timeout=STOP_LIMIT_S))
    while not limit.done():
        with suppress(asyncio.CancelledError):
            await asyncio.shield(limit)
    if not stopped.done():
        log.warning("the broker does not answer; its messages are left to it")


def _stop_blocking(worker: dramatiq.Worker, stopped: "asyncio.Future[None]") -> None:
    worker.stop(int(JOIN_LIMIT_S * 1000))
    # The loop may be closed by then.
    with suppress(RuntimeError):
        stopped.get_loop().call_soon_threadsafe(stopped.set_result, None)
