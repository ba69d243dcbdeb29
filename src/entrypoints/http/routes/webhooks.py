"""The log of one's webhooks, and what signs them."""

import re
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AfterValidator
from starlette.requests import Request
from starlette.responses import Response

from domain.model.errors import DeliveryNotFound
from domain.model.webhook import Outcome
from entrypoints.http.answers import json_answer
from entrypoints.http.caller import Reader, Serves, Writer
from entrypoints.http.json_body import read_object
from entrypoints.http.openapi import REF
from entrypoints.http.query import DeliveriesQuery, cursor_of, described, id_of, read_query
from entrypoints.http.schemas import PingBody
from entrypoints.http.validation import validated
from entrypoints.http.webhook_documents import (
    DeliveryDocument,
    DeliveryListDocument,
    SecretDocument,
)
from entrypoints.http.webhook_view import delivery_document, moment
from ports.webhook_outbox import DeliveryQuery

router = APIRouter(tags=["webhooks"])

WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{1,128}")
PING_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": REF.format(model="PingBody")}}},
    }
}


def _well_formed(delivery_id: str) -> str:
    if not WELL_FORMED.fullmatch(delivery_id):
        raise DeliveryNotFound
    return delivery_id


DeliveryId = Annotated[str, AfterValidator(_well_formed)]


@router.get(
    "/v1/webhooks/deliveries",
    summary="List one's webhooks, those of the newest tasks first",
    openapi_extra=described(DeliveriesQuery),
    responses={200: {"model": DeliveryListDocument, "description": "A page."}},
)
async def deliveries(request: Request, caller: Reader, serves: Serves) -> Response:
    asked = read_query(DeliveriesQuery, request)
    page = await serves.use_cases.webhooks.list(_query(asked, caller.tenant))
    content: DeliveryListDocument = {
        "data": [delivery_document(each) for each in page.deliveries],
        "has_more": page.next_before is not None,
        "next_cursor": cursor_of(page.next_before) if page.next_before else None,
    }
    return json_answer(content)


@router.get(
    "/v1/webhooks/deliveries/{delivery_id}",
    summary="Read a webhook and what came of it",
    responses={200: {"model": DeliveryDocument, "description": "As its last try left it."}},
)
async def delivery(delivery_id: DeliveryId, caller: Reader, serves: Serves) -> Response:
    found = await serves.use_cases.webhooks.get(caller.tenant, delivery_id)
    return json_answer(delivery_document(found))


@router.post(
    "/v1/webhooks/deliveries/{delivery_id}/redeliver",
    status_code=202,
    summary="Send a webhook again, under the same id",
    responses={202: {"model": DeliveryDocument, "description": "Due at once."}},
)
async def redeliver(delivery_id: DeliveryId, caller: Writer, serves: Serves) -> Response:
    again = await serves.use_cases.webhooks.redeliver(caller.tenant, delivery_id)
    return json_answer(delivery_document(again), 202)


@router.post(
    "/v1/webhooks/ping",
    status_code=202,
    summary="Send a `webhook.ping` to an address, once",
    openapi_extra=PING_BODY,
    responses={202: {"model": DeliveryDocument, "description": "Its log entry tells the rest."}},
)
async def ping(request: Request, caller: Writer, serves: Serves) -> Response:
    asked = validated(PingBody, await read_object(request))
    sent = await serves.use_cases.webhooks.ping(caller.tenant, asked.callback_url)
    return json_answer(delivery_document(sent), 202)


@router.post(
    "/v1/webhooks/secret",
    summary="Read the secret that signs one's webhooks: once",
    responses={200: {"model": SecretDocument, "description": "Keep it: it is not shown again."}},
)
async def show_secret(caller: Writer, serves: Serves) -> Response:
    content: SecretDocument = {
        "secret": await serves.use_cases.webhooks.secrets.show(caller.tenant),
        "previous_until": None,
    }
    return json_answer(content)


@router.post(
    "/v1/webhooks/secret/rotate",
    summary="Make a new secret; the one before signs beside it for a while",
    responses={200: {"model": SecretDocument, "description": "Keep it: it is not shown again."}},
)
async def rotate_secret(caller: Writer, serves: Serves) -> Response:
    made = await serves.use_cases.webhooks.secrets.rotate(caller.tenant)
    content: SecretDocument = {
        "secret": made.current,
        "previous_until": moment(made.previous.until if made.previous else None),
    }
    return json_answer(content)


def _query(asked: DeliveriesQuery, tenant: str) -> DeliveryQuery:
    return DeliveryQuery(
        tenant=tenant,
        limit=asked.limit,
        before=None if asked.cursor is None else id_of(asked.cursor, WELL_FORMED),
        task_id=asked.task_id,
        outcome=None if asked.outcome is None else Outcome(asked.outcome),
    )
