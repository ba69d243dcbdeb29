"""A worker at work: take messages, beat, recover, watch; drain first when it ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.model.worker import BEAT_S
from entrypoints.background import PURGE_EVERY_S, RECOVER_EVERY_S, beside, every
from entrypoints.container.worker import WorkerContainer
from entrypoints.worker.heartbeat import at_the_end

WATCH_EVERY_S = 5.0


@asynccontextmanager
async def working(container: WorkerContainer) -> AsyncIterator[None]:
    """The adapters are open and the models warm. The source stands first among the loops, so that
    it has drained before those that serve it stop."""
    telemetry, heartbeat = container.telemetry(), container.heartbeat()
    slots = container.settings().worker_concurrency
    async with (
        at_the_end(heartbeat.leave, telemetry),
        beside(
            container.source().run(container.in_hand(), slots),
            every(BEAT_S, "heartbeat", heartbeat, telemetry),
            every(RECOVER_EVERY_S, "recover", container.recover(), telemetry),
            every(PURGE_EVERY_S, "purge", container.purge(), telemetry),
            every(WATCH_EVERY_S, "watch", container.idle_watch(), telemetry),
        ),
        at_the_end(heartbeat.drain, telemetry),
    ):
        yield
