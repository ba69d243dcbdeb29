"""The gateway alone: HTTP in front, the work in other processes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from entrypoints.background import PURGE_EVERY_S, RECOVER_EVERY_S, beside, every, started
from entrypoints.container.gateway import GatewayContainer
from entrypoints.grpc_door import grpc_door
from entrypoints.http.app import create_app
from entrypoints.http.webhook_view import bodies


def gateway_app(container: GatewayContainer) -> FastAPI:
    """Every gateway recovers and purges as well: each step is a compare-and-set, so any number
    may, and none has to."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        telemetry = container.telemetry()
        async with (
            started(container.lifetimes()),
            beside(
                every(RECOVER_EVERY_S, "confirm", container.confirm(), telemetry),
                every(0, "models", container.reload_models().when_told, telemetry),
                every(RECOVER_EVERY_S, "forecast", container.forecast(), telemetry),
                every(RECOVER_EVERY_S, "recover", container.recover(), telemetry),
                every(RECOVER_EVERY_S, "batches", container.finish_batches(), telemetry),
                every(PURGE_EVERY_S, "purge", container.purge(), telemetry),
                container.deliver()(bodies(container.gateway())),
            ),
            grpc_door(container),
        ):
            yield

    return create_app(container.gateway(), lifespan)
