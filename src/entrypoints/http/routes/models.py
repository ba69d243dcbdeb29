"""Which models there are, and what they take."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from domain.model.errors import UnknownModel
from entrypoints.http.answers import json_answer
from entrypoints.http.caller import Reader, Serves
from entrypoints.http.documents import ModelDocument, ModelListDocument
from entrypoints.http.errors import problem
from entrypoints.http.model_view import registered_document

router = APIRouter(tags=["models"])

_KEPT = {"cache-control": "private, max-age=60"}


@router.get(
    "/v1/models",
    summary="List the models",
    responses={200: {"model": ModelListDocument, "description": "All of them."}},
)
async def list_models(caller: Reader, serves: Serves) -> Response:
    found = [registered_document(model) for model in serves.models.models]
    content: ModelListDocument = {"data": found}
    return json_answer(content, 200, _KEPT)


@router.get(
    "/v1/models/{name}",
    summary="Read a model: the schema of its input and params",
    responses={200: {"model": ModelDocument, "description": "The model."}},
)
async def get_model(request: Request, name: str, caller: Reader, serves: Serves) -> Response:
    """Here the name is the address, so an unknown one is a 404, not the 422 of a submit."""
    try:
        model = serves.models.model(name)
    except UnknownModel as error:
        return problem(request.scope, error, status=404)
    return json_answer(registered_document(model), 200, _KEPT)
