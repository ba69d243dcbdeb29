"""The standard health service, told by the same probes as /health/ready."""

import asyncio

from grpc_health.v1.health import OVERALL_HEALTH, aio
from grpc_health.v1.health_pb2 import HealthCheckResponse

from entrypoints.http.gateway import Gateway, Probe

PROBE_S = 2.0
PROBE_EVERY_S = 5.0

SERVICE = "imagegenx.SchedulerService"


async def tell_health(servicer: aio.HealthServicer, gateway: Gateway) -> None:
    """Once: whether every adapter is usable, for the server and for its service."""
    usable = all(await asyncio.gather(*map(_is_usable, gateway.probes.values())))
    Status = HealthCheckResponse.ServingStatus  # noqa: N806 - a class
    status = Status.SERVING if usable else Status.NOT_SERVING
    for name in (OVERALL_HEALTH, SERVICE):
        await servicer.set(name, status)


async def _is_usable(probe: Probe) -> bool:
    """What is wrong is for /health/ready to say."""
    try:
        await asyncio.wait_for(probe(), PROBE_S)
    except Exception:
        return False
    return True
