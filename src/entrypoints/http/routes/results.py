"""What finished tasks made."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.model.errors import NotAcceptable
from domain.model.task import Result
from entrypoints.http.accept import JSON, best_of
from entrypoints.http.answers import NOT_KEPT, json_answer
from entrypoints.http.caller import Reader, Serves
from entrypoints.http.documents import ResultDocument, TaskDocument
from entrypoints.http.files import result_file
from entrypoints.http.gateway import Gateway
from entrypoints.http.query import ResultQuery, described, read_query
from entrypoints.http.task_id import TaskId
from entrypoints.http.task_view import link, result_document, task_answer

router = APIRouter(tags=["results"])

_FILE = {
    media_type: {"schema": {"type": "string", "format": "binary"}}
    for media_type in ("image/png", "image/jpeg", "image/webp")
}
_PENDING = {"model": TaskDocument, "description": "It has not ended; `Retry-After` says when."}


@router.get(
    "/v1/tasks/{task_id}/result",
    summary="Fetch the result: the picture, or its document",
    openapi_extra=described(ResultQuery),
    responses={
        200: {
            "model": ResultDocument,
            "content": _FILE,
            "description": "The file for `Accept: image/*` and `*/*`, else the document.",
        },
        202: _PENDING,
        302: {"description": "With `?redirect=1`: a link to the file that needs no key."},
    },
)
async def result(request: Request, task_id: TaskId, caller: Reader, serves: Serves) -> Response:
    redirect = read_query(ResultQuery, request).redirect
    task = await serves.use_cases.get(caller.tenant, task_id)
    if not task.terminal:
        return await task_answer(serves, request, task, 202)
    found = serves.use_cases.fetch_result.of(task)
    if redirect and (url := await _link(serves, request, found)):
        return RedirectResponse(url, 302, {"cache-control": NOT_KEPT})
    if _chosen(request, found) == found.content_type:
        return await result_file(serves, request, task, found.key, found.sha256)
    document = await result_document(serves, request, task)
    return json_answer(document, headers={"vary": "accept"})


@router.get(
    "/v1/tasks/{task_id}/thumbnail",
    summary="Fetch the small version of the result",
    responses={200: {"content": _FILE, "description": "The file."}, 202: _PENDING},
)
async def thumbnail(request: Request, task_id: TaskId, caller: Reader, serves: Serves) -> Response:
    task = await serves.use_cases.get(caller.tenant, task_id)
    if not task.terminal:
        return await task_answer(serves, request, task, 202)
    found = serves.use_cases.fetch_result.of(task)
    if found.thumbnail_key is None:
        raise NotAcceptable("This result has no thumbnail.", remedy="GET …/result instead.")
    if best_of(request.headers.get("accept"), [found.content_type]) is None:
        raise NotAcceptable(f"The thumbnail is {found.content_type}.", remedy="Accept image/*.")
    tag = f"{found.sha256}-thumbnail"
    return await result_file(serves, request, task, found.thumbnail_key, tag)


def _chosen(request: Request, found: Result) -> str:
    """The file's own type, or JSON for its document."""
    chosen = best_of(request.headers.get("accept"), [found.content_type, JSON])
    if chosen is None:
        raise NotAcceptable(
            f"The result is {found.content_type}.",
            remedy=f"Accept {found.content_type} or {JSON}.",
        )
    return chosen


async def _link(serves: Gateway, request: Request, found: Result) -> str | None:
    return await link(serves, request, found.key, serves.now() + serves.limits.url_ttl_s)
