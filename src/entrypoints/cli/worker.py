"""`darkroom worker`: the workers of this machine."""

import asyncio

import typer

from entrypoints.configuration import load_settings, refuse_private_backends
from entrypoints.own_words import log


def worker() -> None:
    """Run one worker process a GPU, until SIGTERM; dead ones are started again. SIGHUP has them
    read the models file again.

    GPU_IDS=0,1 darkroom worker
    """
    from entrypoints.container.models import build_models
    from entrypoints.container.telemetry import adopt_library_logs
    from entrypoints.worker.devices import devices
    from entrypoints.worker.parent import Parent

    settings = load_settings()
    refuse_private_backends(settings)
    adopt_library_logs(settings)
    names = ", ".join(spec.name for spec in build_models(settings))
    found = devices(settings.gpu_ids)
    log.info("workers on %s: %s", ", ".join(device.name for device in found), names)
    parent = Parent(settings, found)
    with parent.hangup.listened_to():
        status = asyncio.run(parent.run())
    raise typer.Exit(status)
