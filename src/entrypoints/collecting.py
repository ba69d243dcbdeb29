"""A process that only looks at the service and shows what it sees."""

import asyncio
import signal

from entrypoints.background import beside, every, started
from entrypoints.collector import COLLECT_EVERY_S
from entrypoints.container.gateway import GatewayContainer
from entrypoints.metrics_server import metrics_served


async def collecting(container: GatewayContainer) -> None:
    """Until SIGTERM or SIGINT."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    collect = every(COLLECT_EVERY_S, "collect", container.collector(), container.telemetry())
    async with (
        started(container.lifetimes()),
        metrics_served(container.settings(), container.metrics_registry()),
        beside(collect),
    ):
        await stop.wait()
