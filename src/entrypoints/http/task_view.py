"""A task as its JSON document."""

from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import Response

from domain.model.task import SUCCESS, Result, Task
from domain.use_cases.forecast_start import NOWHERE, Place
from entrypoints.http.answers import json_answer
from entrypoints.http.conditional import is_known
from entrypoints.http.documents import (
    FailureDocument,
    ResultDocument,
    TaskDocument,
    TimingDocument,
    UrlsDocument,
)
from entrypoints.http.gateway import Gateway

POLL_AFTER_S = 1
ASKED_AGAIN = "private, no-cache"
"""To be kept by who asked, and shown again only after asking."""


async def task_answer(
    gateway: Gateway,
    request: Request,
    task: Task,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    """The task, with `Retry-After` as long as it has not ended."""
    pending = {} if task.terminal else {"retry-after": str(POLL_AFTER_S)}
    document = await task_document(gateway, request, task)
    return json_answer(document, status, pending | (headers or {}))


async def task_page(gateway: Gateway, request: Request, task: Task) -> Response:
    """The task with its place in the line, or 304 for who has seen it so."""
    place = await gateway.use_cases.forecast.place_of(task)
    headers = {"etag": _etag(gateway, task, place), "cache-control": ASKED_AGAIN}
    pending = {} if task.terminal else {"retry-after": str(POLL_AFTER_S)}
    if is_known(request, headers["etag"]):
        return Response(None, 304, headers | pending)
    document = await task_document(gateway, request, task, place)
    return json_answer(document, 200, headers | pending)


def _etag(gateway: Gateway, task: Task, place: Place) -> str:
    """Weak, for the links of a result are signed anew each time. Who knows it holds links that
    still live for half their time."""
    links = 2 * gateway.now() // gateway.limits.url_ttl_s if task.result else 0
    parts = (task.revision, place.ahead, place.start_in_s, round(links))
    return f'W/"{"-".join("" if part is None else str(part) for part in parts)}"'


async def task_document(
    gateway: Gateway, request: Request, task: Task, place: Place = NOWHERE
) -> TaskDocument:
    result = await result_document(gateway, request, task) if task.result else None
    return {
        "task_id": task.task_id,
        "status": task.status.value,
        "model": task.request.model,
        "priority": task.request.priority.value,
        "attempt": task.attempt,
        "progress": task.progress,
        "queue_position": place.ahead,
        "estimated_start_s": place.start_in_s,
        "created_at": rfc3339(task.created_at),
        "started_at": _moment(task.started_at),
        "finished_at": _moment(task.finished_at),
        "timing": _timing(task),
        "result": result,
        "error": cast(FailureDocument, asdict(task.error)) if task.error else None,
        "warnings": list(task.warnings),
        "metadata": dict(task.request.metadata),
        "retry_of": task.retry_of,
        "batch_id": task.batch_id,
        "custom_id": task.custom_id,
        "urls": _urls(request, task),
    }


async def result_document(gateway: Gateway, request: Request, task: Task) -> ResultDocument:
    """The result of a task that has one. Its links are signed now, and end when the files go."""
    result = cast(Result, task.result)
    ends_at = links_end_at(gateway, task)
    url = await link(gateway, request, result.key, ends_at)
    thumbnail = result.thumbnail_key
    return {
        "s3_key": result.key,
        "url": url,
        "url_expires_at": rfc3339(ends_at) if url else None,
        "thumbnail_url": await link(gateway, request, thumbnail, ends_at) if thumbnail else None,
        "size": list(result.size) if result.size else None,
        "bytes": result.bytes,
        "sha256": result.sha256,
        "content_type": result.content_type,
        "further": [
            {
                "s3_key": key,
                "url": await link(gateway, request, key, ends_at),
                "size": list(each.size),
                "bytes": each.bytes,
                "sha256": each.sha256,
            }
            for key, each in result.further.items()
        ],
        "data": dict(result.data),
    }


def links_end_at(gateway: Gateway, task: Task) -> float:
    """No link outlives the file it leads to."""
    ends_at = gateway.now() + gateway.limits.url_ttl_s
    return ends_at if task.purge_at is None else min(ends_at, task.purge_at)


async def link(gateway: Gateway, request: Request, key: str, ends_at: float) -> str | None:
    """An absolute URL for the file, or None where the storage can't link."""
    found = await gateway.blobs.link(key, ends_at, file_name(key))
    if found is None or not found.startswith("/"):
        return found
    return base_url(request) + found


def file_name(key: str) -> str:
    """What the file is called on a client's disk: made by us, so it needs no quoting."""
    return key.rsplit("/", 1)[-1]


def task_path(request: Request, task_id: str) -> str:
    """For `Location`: relative to the host, so that no proxy's name can be wrong in it."""
    root: str = request.scope.get("root_path", "")
    return f"{root.rstrip('/')}/v1/tasks/{task_id}"


def base_url(request: Request) -> str:
    """Scheme, host and root path under which the caller reached us; no slash at the end."""
    scope = request.scope
    root: str = scope.get("app_root_path", scope.get("root_path", ""))
    return _base_url(
        scope["scheme"], request.headers.get("host"), tuple(scope.get("server") or ()), root
    )


@lru_cache(maxsize=256)
def _base_url(scheme: str, host: str | None, server: tuple[Any, ...], root: str) -> str:
    headers = [] if host is None else [(b"host", host.encode("latin-1"))]
    scope = {
        "type": "http", "scheme": scheme, "server": server or None, "root_path": root, "path": "/",
        "query_string": b"", "headers": headers,
    }  # fmt: skip
    return str(Request(scope).base_url).rstrip("/")


def rfc3339(at: float) -> str:
    """Unix seconds as RFC 3339 in UTC, to the millisecond."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def _moment(at: float | None) -> str | None:
    return None if at is None else rfc3339(at)


def _timing(task: Task) -> TimingDocument:
    """The stages are known once all of them ended well, the wait since the last start."""
    known = {"queue_ms": task.started_at is not None, "total_ms": task.terminal}
    shown = {
        stage: getattr(task.timing, stage) if known.get(stage, task.status is SUCCESS) else None
        for stage in TimingDocument.__annotations__
    }
    return cast(TimingDocument, shown)


def _urls(request: Request, task: Task) -> UrlsDocument:
    own = f"{base_url(request)}/v1/tasks/{task.task_id}"
    return {
        "self": own,
        "events": f"{own}/events",
        "result": f"{own}/result",
        "cancel": f"{own}/cancel",
    }
