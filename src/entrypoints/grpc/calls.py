"""One call: admitted, done, told to telemetry, and never an error of gRPC's own."""

import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Protocol, TypeVar

import grpc

from domain.model.errors import DarkroomError, InternalError
from domain.model.events import LoopFailed, RequestServed
from domain.model.principal import Principal
from entrypoints.grpc.outcome import code_of, details_of, message_of
from entrypoints.http.gateway import Gateway

Context = grpc.aio.ServicerContext[Any, Any]


TRACE = ("traceparent", "tracestate")
"""W3C trace context, as gRPC's metadata names it."""


class Answer(Protocol):
    @property
    def code(self) -> int: ...


A = TypeVar("A", bound=Answer)


@dataclass(slots=True)
class Call:
    """`told`: what goes into the trailing metadata besides the request's id."""

    rpc: str
    gateway: Gateway
    source: str
    request_id: str
    tenant: str | None = None
    told: list[tuple[str, str]] = field(default_factory=list)

    async def admit(self, api_key: str, *, writes: bool) -> Principal:
        """Raises `InvalidApiKey` or `RateLimited`."""
        presented = api_key.strip() or None
        admit = self.gateway.use_cases.admit
        admission = await admit(presented, self.source, writes=writes)
        self.tenant = admission.principal.tenant
        return admission.principal


async def answered(
    gateway: Gateway,
    context: Context,
    rpc: str,
    work: Callable[[Call], Awaitable[A]],
    refusal: Callable[[int, str], A],
) -> A:
    """What `work` answers, or the `refusal` with the code and the words for its error."""
    call, began_s = Call(rpc, gateway, _source(context), gateway.new_id()), perf_counter()
    with gateway.tracing.span(rpc, _trace(context), "server") as span:
        try:
            answer = await work(call)
        except Exception as error:
            told = _told(call, error)
            call.told += details_of(told)
            answer = refusal(code_of(told), message_of(told))
        span.tell(facts={"rpc.system": "grpc", "darkroom.code": answer.code,
                         "darkroom.request_id": call.request_id})  # fmt: skip
    context.set_trailing_metadata((("x-request-id", call.request_id), *call.told))
    _record(call, answer.code, perf_counter() - began_s)
    return answer


def _told(call: Call, error: Exception) -> DarkroomError:
    """Of the unforeseen the caller learns nothing, telemetry everything."""
    if isinstance(error, DarkroomError):
        return error
    text = f"request {call.request_id}\n{traceback.format_exc()}"
    call.gateway.telemetry.record(LoopFailed("grpc", text))
    return InternalError()


def _record(call: Call, code: int, duration_s: float) -> None:
    call.gateway.telemetry.record(
        RequestServed("GRPC", call.rpc, code, duration_s, call.request_id, call.tenant)
    )


def _source(context: Context) -> str:
    """The caller's address without its port, as HTTP has it: `ipv4:127.0.0.1:4711`."""
    address = context.peer().partition(":")[2].rpartition(":")[0]
    return address.strip("[]") or "unknown"


def _trace(context: Context) -> dict[str, str]:
    """The caller's trace context, which the call continues."""
    sent = context.invocation_metadata() or ()
    return {name: value for name, value in sent if name in TRACE and isinstance(value, str)}
