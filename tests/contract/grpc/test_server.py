"""The server around the service: reflection, health, its port."""

import asyncio
import socket

import grpc
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2_grpc import HealthStub
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.reflection_pb2_grpc import ServerReflectionStub

from domain.model.errors import StorageUnavailable
from entrypoints.configuration import ConfigurationError
from entrypoints.grpc.server import MAX_REQUEST_BYTES, serving
from tests.contract.grpc.messages import request
from tests.contract.http.surface import Surface

pytestmark = pytest.mark.anyio

Health = health_pb2.HealthCheckResponse
PATIENCE_S = 30.0


async def reflected(channel: grpc.aio.Channel, asked: reflection_pb2.ServerReflectionRequest):
    return await ServerReflectionStub(channel).ServerReflectionInfo(iter([asked])).read()


async def test_reflection_lists_the_services(channel: grpc.aio.Channel) -> None:
    answer = await reflected(channel, reflection_pb2.ServerReflectionRequest(list_services=""))
    names = {service.name for service in answer.list_services_response.service}
    assert names >= {"imagegenx.SchedulerService", "grpc.health.v1.Health"}


async def test_reflection_describes_the_scheduler(channel: grpc.aio.Channel) -> None:
    asked = reflection_pb2.ServerReflectionRequest(
        file_containing_symbol="imagegenx.SchedulerService"
    )
    answer = await reflected(channel, asked)
    [text] = answer.file_descriptor_response.file_descriptor_proto
    [service] = FileDescriptorProto.FromString(text).service
    assert [call.name for call in service.method] == ["SubmitTask", "QueryTask", "QueryGPULoad"]


async def health(channel: grpc.aio.Channel, service: str = "") -> int:
    answer = await HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=service))
    status: int = answer.status
    return status


async def test_health_of_the_server_and_of_its_service(channel: grpc.aio.Channel) -> None:
    assert await health(channel) == Health.SERVING
    assert await health(channel, "imagegenx.SchedulerService") == Health.SERVING


async def test_health_follows_the_adapters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrypoints.grpc.server.PROBE_EVERY_S", 0.01)
    usable = False

    async def probe() -> None:
        if not usable:
            raise StorageUnavailable

    surface = Surface(gateway={"probes": {"ledger": probe}})
    async with (
        serving(surface.gateway, "127.0.0.1", 0, "http://test") as port,
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):
        watched = HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
        async with asyncio.timeout(PATIENCE_S):
            assert (await watched.read()).status == Health.NOT_SERVING
            usable = True
            assert (await watched.read()).status == Health.SERVING
            usable = False
            assert (await watched.read()).status == Health.NOT_SERVING


async def test_a_port_that_is_taken_is_told_by_its_variable(surface: Surface) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigurationError, match=r"^GRPC_PORT: "):
            async with serving(surface.gateway, "127.0.0.1", taken.getsockname()[1], ""):
                pass


async def test_two_servers_do_not_share_a_port(surface: Surface, address: str) -> None:
    port = int(address.rpartition(":")[2])
    with pytest.raises(ConfigurationError, match=r"^GRPC_PORT: "):
        async with serving(surface.gateway, "127.0.0.1", port, ""):
            pass


async def test_a_request_that_is_no_text_any_more_is_cut_off(stub) -> None:
    """By gRPC itself, before anything of it is read: the one outcome that is a status."""
    with pytest.raises(grpc.aio.AioRpcError) as cut:
        await stub.SubmitTask(request(text="x" * (MAX_REQUEST_BYTES + 1)))
    assert cut.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
