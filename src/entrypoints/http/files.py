"""Stored files as answers."""

from starlette.requests import Request
from starlette.responses import Response

from domain.model.task import Task
from entrypoints.http.conditional import is_known
from entrypoints.http.gateway import Gateway
from entrypoints.http.task_view import file_name
from ports.blob_store import Blob

MAX_CACHE_S = 86_400
INERT = "default-src 'none'; sandbox"
"""Opened as a page, a file does nothing."""


def attachment(key: str, blob: Blob) -> Response:
    """The file for whoever holds a link: to be saved, not to be rendered."""
    headers = {
        "content-disposition": f'attachment; filename="{file_name(key)}"',
        "content-security-policy": INERT,
        "cache-control": "private, no-store",
    }
    return Response(blob.data, 200, headers, blob.content_type)


async def result_file(
    gateway: Gateway, request: Request, task: Task, key: str, tag: str
) -> Response:
    """A file of the finished `task`, which never changes; `tag` names its content."""
    etag = f'"{tag}"'
    headers = {
        "etag": etag,
        "cache-control": f"private, max-age={_kept_s(gateway, task)}, immutable",
        "vary": "accept",
    }
    if is_known(request, etag):
        return Response(None, 304, headers)
    blob = await gateway.use_cases.fetch_result(key)
    headers["content-disposition"] = f'inline; filename="{file_name(key)}"'
    headers["content-security-policy"] = INERT
    return Response(blob.data, 200, headers, blob.content_type)


def _kept_s(gateway: Gateway, task: Task) -> int:
    if task.purge_at is None:
        return MAX_CACHE_S
    return max(0, min(MAX_CACHE_S, int(task.purge_at - gateway.now())))
