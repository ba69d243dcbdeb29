"""The door in the processes that have one: open where it is wanted, and only there."""

import subprocess
import sys
from collections.abc import Callable

import grpc
import pytest
from fastapi import FastAPI

from darkroom.imagegenx import scheduler_pb2 as wire
from darkroom.imagegenx.scheduler_pb2_grpc import SchedulerServiceStub
from entrypoints.container.embedded import build_embedded
from entrypoints.container.gateway import build_gateway
from entrypoints.embedded import embedded_app
from entrypoints.gateway import gateway_app
from entrypoints.settings import Settings
from tests.contract.grpc.messages import request
from tests.contract.http.surface import KEY
from tests.contract.services import free_port

pytestmark = pytest.mark.anyio

Build = Callable[[Settings], FastAPI]


def settings(port: int) -> Settings:
    return Settings(
        _env_file=None, app_env="TEST", api_keys=f"a:{KEY}", grpc_enabled=True, grpc_port=port
    )


@pytest.mark.parametrize(
    "build",
    [lambda given: embedded_app(build_embedded(given)),
     lambda given: gateway_app(build_gateway(given))],
    ids=["up", "serve"],
)  # fmt: skip
async def test_it_is_open_as_long_as_the_process_serves(build: Build) -> None:
    port = free_port()
    app = build(settings(port))
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = SchedulerServiceStub(channel)
        async with app.router.lifespan_context(app):
            answer = await stub.SubmitTask(
                request(text="", model_type="invert", image_url="https://93.184.215.14/a.png")
            )
            assert (answer.code, answer.message) == (200, "success")
            found = await stub.QueryTask(wire.QueryTaskRequest(task_id=answer.task_id, api_key=KEY))
            assert found.status.task_id == answer.task_id
        with pytest.raises(grpc.aio.AioRpcError) as gone:
            await stub.SubmitTask(request())
    assert gone.value.code() is grpc.StatusCode.UNAVAILABLE


SHUT = """
import asyncio, sys
from entrypoints.container.embedded import build_embedded
from entrypoints.embedded import embedded_app
from entrypoints.settings import Settings

app = embedded_app(build_embedded(Settings(_env_file=None, app_env="TEST")))

async def served():
    async with app.router.lifespan_context(app):
        assert not {"grpc", "google.protobuf"} & set(sys.modules)

asyncio.run(served())
"""


def test_a_process_that_serves_without_it_never_imports_it() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SHUT], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
