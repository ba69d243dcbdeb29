"""The door for gRPC, where the operator wants one: without it nothing of gRPC is imported."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from entrypoints.container.gateway import GatewayContainer


@asynccontextmanager
async def grpc_door(container: GatewayContainer) -> AsyncIterator[None]:
    """Open while the block runs, if GRPC_ENABLED."""
    settings = container.settings()
    if not settings.grpc_enabled:
        yield
        return
    from entrypoints.grpc.server import serving

    gateway = container.gateway()
    async with serving(gateway, settings.host, settings.grpc_port, settings.reachable_at):
        yield
