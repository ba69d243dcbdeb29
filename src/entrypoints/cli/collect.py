"""`darkroom collect`: one look after another at the whole service, for the metrics."""

import asyncio

from entrypoints.configuration import load_settings, refuse_private_backends
from entrypoints.own_words import log


def collect() -> None:
    """Serve the metrics of the service as a whole, until SIGTERM; one process is enough.

    METRICS_PORT=9090 darkroom collect
    """
    from entrypoints.collecting import collecting
    from entrypoints.container.gateway import build_gateway
    from entrypoints.container.telemetry import adopt_library_logs

    settings = load_settings()
    refuse_private_backends(settings)
    adopt_library_logs(settings)
    asyncio.run(collecting(build_gateway(settings)))
    log.info("Stopped.")
