"""The metrics of a process that serves nothing else over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import CollectorRegistry, start_http_server

from entrypoints.configuration import ConfigurationError
from entrypoints.settings import Settings


@asynccontextmanager
async def metrics_served(settings: Settings, registry: CollectorRegistry) -> AsyncIterator[None]:
    """One process, one registry, one target: /metrics on METRICS_PORT, in a thread of its own."""
    try:
        server, thread = start_http_server(settings.metrics_port, settings.host, registry)
    except OSError as error:
        raise ConfigurationError(f"METRICS_PORT: {settings.metrics_port}: {error}") from error
    try:
        yield
    finally:
        await asyncio.to_thread(server.shutdown)
        server.server_close()
        thread.join()
