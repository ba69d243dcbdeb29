"""The whole service in one process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from entrypoints.background import RECOVER_EVERY_S, beside, every, started
from entrypoints.collector import COLLECT_EVERY_S
from entrypoints.container.embedded import EmbeddedContainer
from entrypoints.grpc_door import grpc_door
from entrypoints.http.app import create_app
from entrypoints.http.webhook_view import bodies
from entrypoints.worker.working import working


def embedded_app(container: EmbeddedContainer) -> FastAPI:
    """The gateway with the worker in its lifespan. Everything is resolved before it is ready."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        telemetry = container.telemetry()
        async with (
            started(container.lifetimes()),
            beside(
                every(RECOVER_EVERY_S, "confirm", container.confirm(), telemetry),
                every(RECOVER_EVERY_S, "forecast", container.forecast(), telemetry),
                every(COLLECT_EVERY_S, "collect", container.collector(), telemetry),
                every(0, "models", container.reload_models().when_told, telemetry),
                container.deliver()(bodies(container.gateway())),
            ),
            working(container),
            grpc_door(container),
        ):
            yield

    return create_app(container.gateway(), lifespan)
