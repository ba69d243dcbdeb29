"""`python -m entrypoints.worker.child [FD]`: one worker on one device, from start to drain. FD is
where its parent listens for the proof that it works."""

import asyncio
import os
import signal
import sys

import uvloop

from domain.model.errors import DarkroomError, DeviceFault, DeviceMissing
from entrypoints.background import beside, every, started
from entrypoints.configuration import ConfigurationError, load_settings
from entrypoints.container.telemetry import adopt_library_logs
from entrypoints.container.worker import WorkerContainer, build_worker
from entrypoints.metrics_server import metrics_served
from entrypoints.own_words import log
from entrypoints.worker.proof import STEADY_S, Proof
from entrypoints.worker.sickness import EXIT_SICK
from entrypoints.worker.working import working

PARENT_EVERY_S = 1.0
EXIT_CONFIGURATION = 3
EXIT_UNAVAILABLE = 4


async def work(container: WorkerContainer, proof: Proof) -> None:
    """Work until SIGTERM, SIGINT or the parent's death; then drain."""
    stop, parent = asyncio.Event(), os.getppid()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)

    async def stop_without_parent() -> None:
        """A worker whose parent was killed would otherwise go on unwatched."""
        if os.getppid() != parent:
            stop.set()

    container.in_hand().on_take = proof
    async with (
        started(container.lifetimes()),
        metrics_served(container.settings(), container.metrics_registry()),
        working(container),
        beside(
            every(PARENT_EVERY_S, "parent", stop_without_parent, container.telemetry()),
            every(0, "models", container.reload_models().when_told, container.telemetry()),
        ),
    ):
        asyncio.get_running_loop().call_later(STEADY_S, proof)
        await stop.wait()


def main(*fds: str) -> int:
    try:
        settings = load_settings()
        adopt_library_logs(settings)
        container = build_worker(settings)
        with container.hangup().listened_to():
            uvloop.run(work(container, Proof(int(fds[0]) if fds else None)))
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_CONFIGURATION
    except DarkroomError as error:
        log.error("%s %s", error.detail, error.hint)
        return status_of(error)
    return 0


def status_of(error: DarkroomError) -> int:
    """What kept the worker from starting: the parent tries again unless only people can help."""
    if isinstance(error, DeviceMissing) or not error.retryable:
        return EXIT_CONFIGURATION
    return EXIT_SICK if isinstance(error, DeviceFault) else EXIT_UNAVAILABLE


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
