"""The gRPC server: one more door, opened while the gateway serves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
from grpc_health.v1 import health
from grpc_health.v1.health_pb2_grpc import add_HealthServicer_to_server
from grpc_reflection.v1alpha.reflection import SERVICE_NAME as REFLECTION
from grpc_reflection.v1alpha.reflection import enable_server_reflection

from darkroom.imagegenx.scheduler_pb2_grpc import add_SchedulerServiceServicer_to_server
from entrypoints.background import beside, every
from entrypoints.configuration import ConfigurationError
from entrypoints.grpc.health import PROBE_EVERY_S, SERVICE, tell_health
from entrypoints.grpc.scheduler import Scheduler
from entrypoints.http.gateway import Gateway

STOP_S = 3.0
"""What runs when the server stops may still answer within this time."""
MAX_REQUEST_BYTES = 1_048_576
"""A request is text and addresses; pictures come over HTTP."""

OPTIONS = (
    ("grpc.so_reuseport", 0),  # two gateways on one port would share the calls by chance
    ("grpc.max_receive_message_length", MAX_REQUEST_BYTES),
)


@asynccontextmanager
async def serving(gateway: Gateway, host: str, port: int, public_url: str) -> AsyncIterator[int]:
    """Serves until the block ends; its port. Raises `ConfigurationError` where it can't listen."""
    server = grpc.aio.server(options=OPTIONS)
    told = health.aio.HealthServicer()
    add_SchedulerServiceServicer_to_server(Scheduler(gateway, public_url), server)
    add_HealthServicer_to_server(told, server)
    enable_server_reflection((SERVICE, health.SERVICE_NAME, REFLECTION), server)
    bound = _listening(server, host, port)
    await tell_health(told, gateway)
    await server.start()
    watching = every(
        PROBE_EVERY_S, "grpc.health", lambda: tell_health(told, gateway), gateway.telemetry
    )
    try:
        async with beside(watching):
            yield bound
    finally:
        await told.enter_graceful_shutdown()
        await server.stop(STOP_S)


def _listening(server: grpc.aio.Server, host: str, port: int) -> int:
    name = f"[{host}]" if ":" in host else host
    try:
        return server.add_insecure_port(f"{name}:{port}")
    except RuntimeError as error:
        raise ConfigurationError(
            f"GRPC_PORT: can't listen on {host}:{port}; stop what listens there, or take another"
        ) from error
