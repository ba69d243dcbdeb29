"""Webhooks as JSON: what their receivers get, and what their log shows."""

from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from domain.model.task import Task
from domain.model.webhook import Delivery
from domain.use_cases.send_webhook import Body, Subject
from entrypoints.http.answers import to_json
from entrypoints.http.batch_view import batch_document
from entrypoints.http.gateway import Gateway
from entrypoints.http.task_view import rfc3339, task_document
from entrypoints.http.webhook_documents import DeliveryDocument


def bodies(gateway: Gateway) -> Body:
    """What `gateway` says to receivers: tasks as it shows them to whoever asks."""
    asked = _as_if_asked(gateway.public_url)

    async def body(delivery: Delivery, subject: Subject) -> bytes:
        data: Any = {"tenant": delivery.tenant}
        if isinstance(subject, Task):
            data = await task_document(gateway, asked, subject)
        elif subject is not None:
            data = batch_document(asked, subject)
        happened_at = rfc3339(delivery.created_at)
        return to_json({"type": delivery.type, "timestamp": happened_at, "data": data})

    return body


def delivery_document(delivery: Delivery) -> DeliveryDocument:
    return {
        "webhook_id": delivery.delivery_id,
        "type": delivery.type,
        "task_id": delivery.task_id,
        "batch_id": delivery.batch_id,
        "url": delivery.url,
        "outcome": delivery.outcome.value,
        "tries": delivery.tries,
        "status": delivery.status,
        "error": delivery.error,
        "created_at": rfc3339(delivery.created_at),
        "tried_at": moment(delivery.tried_at),
        "next_at": moment(delivery.next_at),
    }


def moment(at: float | None) -> str | None:
    return None if at is None else rfc3339(at)


def _as_if_asked(url: str) -> Request:
    """A request for no path at all at `url`: links begin with where a request came to."""
    place = urlsplit(url)
    headers = [(b"host", place.netloc.encode("ascii"))]
    return Request({
        "type": "http", "method": "GET", "scheme": place.scheme, "server": None, "path": "/",
        "root_path": place.path, "query_string": b"", "headers": headers,
    })  # fmt: skip
