"""Whether the service lives, whether it can work, and its numbers. No key, no limit."""

import asyncio
from importlib.metadata import version
from time import perf_counter
from typing import Any

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response
from typing_extensions import TypedDict

from domain.model.errors import DarkroomError, InternalError
from domain.model.events import LoopFailed
from entrypoints.http.answers import json_answer
from entrypoints.http.caller import Serves
from entrypoints.http.gateway import Gateway, Probe
from entrypoints.http.task_view import rfc3339


class ProbeDocument(TypedDict):
    status: str
    latency_ms: int
    detail: str | None


class HealthDocument(TypedDict):
    """`adapters` by name; empty for liveness, which depends on none."""

    status: str
    service: str
    version: str
    timestamp: str
    adapters: dict[str, ProbeDocument]


router = APIRouter(tags=["health"])

PROBE_S = 2.0
SERVICE = "darkroom"
VERSION = version(SERVICE)
OPEN: dict[str, Any] = {"security": []}
_READY: dict[int | str, dict[str, Any]] = {
    200: {"model": HealthDocument, "description": "Every adapter is usable."},
    503: {"model": HealthDocument, "description": "At least one is down."},
}


@router.get("/health/live", summary="Is the process alive?", openapi_extra=OPEN)
async def live(serves: Serves) -> Response:
    return json_answer(_document(serves, "ok", {}))


@router.get("/health", include_in_schema=False)
@router.get("/health/ready", summary="Can it serve requests?", openapi_extra=OPEN, responses=_READY)
async def ready(serves: Serves) -> Response:
    names = list(serves.probes)
    answers = await asyncio.gather(*(_probed(serves, name) for name in names))
    usable = all(answer["status"] == "ok" for answer in answers)
    adapters = dict(zip(names, answers, strict=True))
    content = _document(serves, "ok" if usable else "down", adapters)
    return json_answer(content, 200 if usable else 503)


@router.get(
    "/metrics",
    summary="Prometheus metrics",
    openapi_extra=OPEN,
    response_class=PlainTextResponse,
    responses={200: {"description": "The exposition in text format 0.0.4."}},
)
async def metrics(serves: Serves) -> Response:
    text = await asyncio.to_thread(serves.metrics)
    return Response(text, 200, None, "text/plain; version=0.0.4; charset=utf-8")


def _document(serves: Gateway, status: str, adapters: dict[str, ProbeDocument]) -> HealthDocument:
    return {
        "status": status,
        "service": SERVICE,
        "version": VERSION,
        "timestamp": rfc3339(serves.now()),
        "adapters": adapters,
    }


async def _probed(serves: Gateway, name: str) -> ProbeDocument:
    """What the caller learns of an error is its title; addresses and paths are for the log."""
    began_s = perf_counter()
    fault = await _fault(serves, name, serves.probes[name])
    return {
        "status": "ok" if fault is None else "down",
        "latency_ms": round(1000 * (perf_counter() - began_s)),
        "detail": fault,
    }


async def _fault(serves: Gateway, name: str, probe: Probe) -> str | None:
    try:
        await asyncio.wait_for(probe(), PROBE_S)
    except TimeoutError:
        return f"No answer within {PROBE_S:.0f} s."
    except Exception as error:
        text = error.detail if isinstance(error, DarkroomError) else repr(error)
        serves.telemetry.record(LoopFailed(f"readiness.{name}", text))
        return type(error).title() if isinstance(error, DarkroomError) else InternalError.title()
    return None
