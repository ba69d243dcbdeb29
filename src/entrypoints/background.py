"""What goes on beside the requests: the worker's loop, recovery, retention."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from domain.model.events import LoopFailed
from ports.lifecycle import Lifecycle
from ports.telemetry import Telemetry

RECOVER_EVERY_S = 1.0
PURGE_EVERY_S = 60.0


@asynccontextmanager
async def started(parts: list[object]) -> AsyncIterator[None]:
    """The parts that have a life, started in order and closed in reverse, whatever happens."""
    async with AsyncExitStack() as stack:
        for part in parts:
            if isinstance(part, Lifecycle):
                stack.push_async_callback(part.aclose)
                await part.start()
        yield


@asynccontextmanager
async def beside(*loops: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run `loops` until the block ends; then cancel them in order and wait for each, so that a
    worker has drained before the loops that serve it stop."""
    tasks = [asyncio.create_task(loop) for loop in loops]
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
