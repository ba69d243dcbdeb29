"""Dependencies of the routes: who calls, and what serves them. All async: a plain function
would cost a hop to a thread on every request."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from domain.model.principal import ADMIN, Principal
from domain.model.quota import Quota
from domain.use_cases.admit_caller import AdmitCaller, OverQuota
from entrypoints.http.exchange import Exchange, exchange_of
from entrypoints.http.gateway import Gateway


async def gateway(request: Request) -> Gateway:
    """What the composition root handed over."""
    found: Gateway = request.app.state.gateway
    return found


async def holder(request: Request) -> Principal:
    """The holder of the key; the call costs nothing."""
    admit = _admit(request)
    principal = await admit.identify(_presented(request), _source(request))
    exchange_of(request.scope).tenant = principal.tenant
    return principal


async def reader(request: Request) -> Principal:
    """The holder of the key, this call taken from the bucket for reads."""
    return await _admitted(request, writes=False)


async def writer(request: Request) -> Principal:
    """The holder of the key, this call taken from the bucket for writes."""
    return await _admitted(request, writes=True)


async def admin(request: Request) -> Principal:
    """The holder of a key that may manage keys; counted as a write."""
    return await _admitted(request, writes=True, scope=ADMIN)


Serves = Annotated[Gateway, Depends(gateway)]
Holder = Annotated[Principal, Depends(holder)]
Reader = Annotated[Principal, Depends(reader)]
Writer = Annotated[Principal, Depends(writer)]
Admin = Annotated[Principal, Depends(admin)]


async def _admitted(request: Request, *, writes: bool, scope: str | None = None) -> Principal:
    admit, exchange = _admit(request), exchange_of(request.scope)
    try:
        admission = await admit(_presented(request), _source(request), writes=writes, scope=scope)
    except OverQuota as error:
        exchange.tenant = error.tenant
        _say_what_is_left(exchange, error.quota, writes, 0, error.retry_after_s or 1)
        raise
    exchange.tenant = admission.principal.tenant
    decision = admission.decision
    _say_what_is_left(exchange, admission.quota, writes, decision.remaining, decision.reset_s)
    return admission.principal


def _say_what_is_left(
    exchange: Exchange, quota: Quota, writes: bool, remaining: int, reset_s: int
) -> None:
    """The two fields of draft-ietf-httpapi-ratelimit-headers-11."""
    name = "write" if writes else "read"
    exchange.header("RateLimit-Policy", f'"{name}";q={quota.limit};w={quota.window_s}')
    exchange.header("RateLimit", f'"{name}";r={remaining};t={reset_s}')


def _admit(request: Request) -> AdmitCaller:
    served: Gateway = request.app.state.gateway
    return served.use_cases.admit


def _presented(request: Request) -> str | None:
    key = request.headers.get("x-api-key")
    if key is None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        key = token if scheme.lower() == "bearer" else None
    return key.strip() if key else None


def _source(request: Request) -> str:
    return request.client.host if request.client else "unknown"
