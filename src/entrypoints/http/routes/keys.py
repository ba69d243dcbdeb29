"""Giving out API keys and taking them back, for who may."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator
from starlette.requests import Request
from starlette.responses import Response

from domain.model.api_key import Role
from domain.model.errors import KeyNotFound
from domain.use_cases.create_key import KeyOrder
from domain.use_cases.find_task import TASK_ID
from entrypoints.http.answers import json_answer
from entrypoints.http.caller import Admin, Serves
from entrypoints.http.json_body import read_object
from entrypoints.http.key_documents import CreatedKeyDocument, KeyDocument, KeyListDocument
from entrypoints.http.key_schemas import DAY_S, KeyBody
from entrypoints.http.key_view import key_document
from entrypoints.http.openapi import KEY_BODY
from entrypoints.http.query import KeysQuery, described, read_query
from entrypoints.http.validation import validated

router = APIRouter(tags=["keys"])


def _well_formed(key_id: str) -> str:
    if not TASK_ID.fullmatch(key_id):
        raise KeyNotFound
    return key_id


KeyId = Annotated[str, AfterValidator(_well_formed)]


@router.post(
    "/v1/admin/keys",
    status_code=201,
    summary="Give out an API key",
    openapi_extra=KEY_BODY,
    responses={201: {"model": CreatedKeyDocument, "description": "`key` is shown this once."}},
)
async def create(request: Request, _caller: Admin, serves: Serves) -> Response:
    body = {
        name: value for name, value in (await read_object(request)).items() if value is not None
    }
    asked = validated(KeyBody, body)
    created = await serves.use_cases.create_key(
        KeyOrder(
            user_id=asked.user_id, tenant=asked.tenant, role=Role(asked.role), scopes=asked.scopes,
            per_second=asked.per_second, per_minute=asked.per_minute,
            daily_tasks=asked.daily_tasks, life_s=asked.expires_in_days * DAY_S,
        )
    )  # fmt: skip
    document: CreatedKeyDocument = {**key_document(created.key), "key": created.text}
    return json_answer(document, 201)


@router.get(
    "/v1/admin/keys",
    summary="List the API keys that were given out",
    openapi_extra=described(KeysQuery),
    responses={200: {"model": KeyListDocument, "description": "The newest first."}},
)
async def list_keys(request: Request, _caller: Admin, serves: Serves) -> Response:
    asked = read_query(KeysQuery, request)
    found = await serves.use_cases.list_keys(asked.user_id)
    document: KeyListDocument = {"data": [key_document(key) for key in found]}
    return json_answer(document)


@router.delete(
    "/v1/admin/keys/{key_id}",
    summary="Revoke an API key",
    responses={200: {"model": KeyDocument, "description": "Revoked, now or before."}},
)
async def revoke(key_id: KeyId, _caller: Admin, serves: Serves) -> Response:
    return json_answer(key_document(await serves.use_cases.revoke_key(key_id)))
