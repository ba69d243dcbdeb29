"""The whole service in one process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from entrypoints.background import PURGE_EVERY_S, RECOVER_EVERY_S, beside, every, started
from entrypoints.container.embedded import EmbeddedContainer
from entrypoints.http.app import create_app


@asynccontextmanager
async def running(container: EmbeddedContainer) -> AsyncIterator[None]:
    """Adapters open, worker and loops going; drained and closed in that order at the end."""
    telemetry = container.telemetry()
    slots = container.settings().worker_concurrency
    async with (
        started(container.lifetimes()),
        beside(
            container.source().run(container.process(), slots),
            every(RECOVER_EVERY_S, "recover", container.recover(), telemetry),
            every(RECOVER_EVERY_S, "confirm", container.confirm(), telemetry),
            every(PURGE_EVERY_S, "purge", container.purge(), telemetry),
        ),
    ):
        yield


def embedded_app(container: EmbeddedContainer) -> FastAPI:
    """The gateway with the worker in its lifespan. Everything is resolved before it is ready."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with running(container):
            yield

    return create_app(container.gateway(), lifespan)
