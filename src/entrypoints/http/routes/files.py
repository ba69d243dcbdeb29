"""Files behind links the gateway signed itself: no key, no limit, GET only."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from domain.model.errors import LinkInvalid, RouteNotFound, TaskGone
from domain.model.links import FILES_PATH
from entrypoints.http.caller import Serves
from entrypoints.http.files import attachment

router = APIRouter(tags=["results"])


@router.get(
    FILES_PATH + "{key:path}",
    summary="Fetch a file by a signed link",
    openapi_extra={"security": []},
    responses={200: {"description": "The file."}},
)
async def file(request: Request, key: str, serves: Serves) -> Response:
    """Whether the file exists is told to those only who hold a genuine link to it."""
    if serves.links is None:
        raise RouteNotFound
    expires_at, signature = _seal(request)
    if not serves.links.verify(key, expires_at, signature, serves.now()):
        raise LinkInvalid
    blob = await serves.blobs.get(key)
    if blob is None:
        raise TaskGone("The file behind this link was deleted.")
    return attachment(key, blob)


def _seal(request: Request) -> tuple[int, str]:
    expires = request.query_params.get("expires", "")
    if not (expires.isascii() and expires.isdigit() and len(expires) <= 12):
        raise LinkInvalid
    return int(expires), request.query_params.get("signature", "")
