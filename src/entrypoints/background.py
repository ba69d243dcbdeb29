"""What goes on beside the requests: the worker's loop, recovery, retention."""

import asyncio
import os
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from domain.model.events import LoopFailed
from entrypoints.own_words import last_words
from ports.lifecycle import Lifecycle
from ports.telemetry import Telemetry

RECOVER_EVERY_S = 1.0
PURGE_EVERY_S = 60.0
EXIT_DEAD_LOOP = 71


@asynccontextmanager
async def started(parts: list[object]) -> AsyncIterator[None]:
    """The parts that have a life, started in order and closed in reverse, whatever happens."""
    async with AsyncExitStack() as stack:
        for part in parts:
            if isinstance(part, Lifecycle):
                stack.push_async_callback(part.aclose)
                await part.start()
        yield


def end_process(why: str) -> None:
    """A service whose loop is dead looks alive and does nothing: better it is restarted. What it
    was doing comes back by its leases."""
    last_words(why)
    os._exit(EXIT_DEAD_LOOP)


@asynccontextmanager
async def beside(
    *loops: Coroutine[Any, Any, None], on_death: Callable[[str], None] = end_process
) -> AsyncIterator[None]:
    """Run `loops` until the block ends; then cancel them in order and wait for each, so that a
    worker has drained before the loops that serve it stop. `on_death` hears of one that ended by
    itself: none ever should."""

    def watch(task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            error = task.exception()
            on_death("".join(traceback.format_exception(error)) if error else "a loop ended\n")

    tasks = [asyncio.create_task(loop) for loop in loops]
    for task in tasks:
        task.add_done_callback(watch)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            await asyncio.wait([task])


async def every(
    period_s: float, name: str, call: Callable[[], Awaitable[None]], telemetry: Telemetry
) -> None:
    """Call `call` for ever, `period_s` apart. An error is told and the loop goes on."""
    while True:
        try:
            await call()
        except Exception:
            telemetry.record(LoopFailed(name, traceback.format_exc()))
        await asyncio.sleep(period_s)
