"""Waiting for a task on behalf of a caller who may leave."""

import asyncio
import re
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request

T = TypeVar("T")

MAX_WAIT_S = 60

_WAIT = re.compile(r'(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?=$|[,;])', re.IGNORECASE)


def preferred_wait_s(headers: Headers) -> int | None:
    """`Prefer: wait=N` (RFC 7240): 1 to 60 s, more counts as 60. A preference nobody can read
    is ignored, as the RFC asks."""
    found = _WAIT.search(",".join(headers.getlist("prefer")))
    wait_s = int(found.group(1)) if found else 0
    return min(wait_s, MAX_WAIT_S) or None


async def while_there(request: Request, waiting: Coroutine[Any, Any, T]) -> T:
    """What `waiting` answers; it ends with `ClientDisconnect` once the caller has left, so that
    nobody polls for the sake of a closed connection. The body has to be read before."""
    answer = asyncio.create_task(waiting)
    left = asyncio.create_task(_disconnected(request))
    try:
        await asyncio.wait([answer, left], return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            left.result()
            raise ClientDisconnect
        return answer.result()
    finally:
        answer.cancel()
        left.cancel()
        await asyncio.gather(answer, left, return_exceptions=True)


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
