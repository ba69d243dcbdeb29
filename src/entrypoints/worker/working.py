"""A worker at work: take messages, beat, recover, watch; drain first when it ends."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from domain.model.worker import BEAT_S
from entrypoints.background import PURGE_EVERY_S, RECOVER_EVERY_S, beside, every
from entrypoints.container.worker import WorkerContainer
from entrypoints.worker.heartbeat import at_the_end
from entrypoints.worker.sickness import end_when_sick
from ports.inference import Inference
from ports.lifecycle import Lifecycle

WATCH_EVERY_S = 5.0
PROVE_EVERY_S = 10.0
"""The engine asks its device only when nothing ran there for a while."""


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
            every(RECOVER_EVERY_S, "batches", container.finish_batches(), telemetry),
            every(PURGE_EVERY_S, "purge", container.purge(), telemetry),
            every(WATCH_EVERY_S, "watch", container.idle_watch(), telemetry),
            every(PROVE_EVERY_S, "readiness", proof(container.inference()), telemetry),
            end_when_sick(container.sickness(), heartbeat, container.in_hand()),
        ),
        at_the_end(heartbeat.drain, telemetry),
    ):
        yield


def proof(inference: Inference) -> Callable[[], Awaitable[None]]:
    """A real small pass from time to time: a device that dies while nobody needs it is noticed
    before the next task finds out."""

    async def nothing_to_prove() -> None:
        return

    return inference.ping if isinstance(inference, Lifecycle) else nothing_to_prove
