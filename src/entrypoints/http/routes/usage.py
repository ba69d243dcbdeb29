"""What one's key used."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from entrypoints.http.answers import json_answer
from entrypoints.http.caller import Reader, Serves
from entrypoints.http.key_documents import UsageDocument
from entrypoints.http.key_view import usage_document
from entrypoints.http.query import UsageQuery, described, read_query

router = APIRouter(tags=["limits"])


@router.get(
    "/v1/usage",
    summary="Read what one's key used",
    openapi_extra=described(UsageQuery),
    responses={200: {"model": UsageDocument, "description": "By days of UTC, and their sum."}},
)
async def usage(request: Request, caller: Reader, serves: Serves) -> Response:
    days = read_query(UsageQuery, request).days
    report = await serves.use_cases.read_usage(caller.key_id, days)
    return json_answer(usage_document(caller, report))
