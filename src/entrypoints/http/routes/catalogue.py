"""The error catalogue: what a problem's `type` leads to."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from domain.model.errors import RouteNotFound
from entrypoints.http.answers import json_answer
from entrypoints.http.documents import CatalogueDocument, CatalogueEntryDocument
from entrypoints.http.errors import catalogue

router = APIRouter(tags=["errors"])

OPEN: dict[str, Any] = {"security": []}


@router.get(
    "/errors",
    summary="List every error code",
    openapi_extra=OPEN,
    responses={200: {"model": CatalogueDocument, "description": "The catalogue."}},
)
async def list_errors() -> Response:
    content: CatalogueDocument = {"data": catalogue()}
    return json_answer(content)


@router.get(
    "/errors/{code}",
    summary="Read what an error code means",
    openapi_extra=OPEN,
    responses={200: {"model": CatalogueEntryDocument, "description": "The entry."}},
)
async def get_error(code: str) -> Response:
    entry = next((each for each in catalogue() if each["code"] == code), None)
    if entry is None:
        raise RouteNotFound("No error has this code.")
    return json_answer(entry)
