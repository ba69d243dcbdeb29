"""Wake-ups as Celery messages (task protocol 2), and back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from celery import Celery  # type: ignore[import-untyped]

from adapters.queue.celery.app import TASK
from domain.model.codec import UnreadableMessage, wakeup_from_json, wakeup_to_json
from domain.model.wakeup import Wakeup

JSON = "application/json"
PERSISTENT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message as kombu's channels take it, and the queue it goes to."""

    queue: str
    body: str | bytes
    headers: Mapping[str, Any]
    properties: Mapping[str, Any]
    content_type: str | None = JSON
    content_encoding: str | None = "utf-8"


def outgoing(app: Celery, wakeup: Wakeup, queue: str) -> Outgoing:
    """The message of `apply_async`, built by Celery itself. Monitors show the model's name."""
    message = app.amqp.create_task_message(
        wakeup.task_id, TASK, args=(wakeup_to_json(wakeup),), kwargs={}, ignore_result=True,
        argsrepr=wakeup.request.model, kwargsrepr="{}",
    )  # fmt: skip
    return Outgoing(
        queue=queue, body=json.dumps(message.body), headers=message.headers,
        properties={**message.properties, "delivery_mode": PERSISTENT},
    )  # fmt: skip


def read(message: Any) -> Wakeup:
    """The wake-up in a kombu message. Raises `UnreadableMessage`: nothing but JSON is decoded."""
    name = message.headers.get("task")
    if name != TASK or message.content_type != JSON:
        raise UnreadableMessage(f"{TASK} as JSON expected, not {name} as {message.content_type}")
    try:
        ((data,), *_) = json.loads(message.body)
    except (ValueError, TypeError, RecursionError) as error:
        raise UnreadableMessage(f"no arguments of {TASK}: {error}") from error
    return wakeup_from_json(data)


def parked(message: Any, queue: str, reason: str) -> Outgoing:
    """`message` as it came, with the reason it is set aside for."""
    return Outgoing(
        queue=queue, body=message.body,
        headers={**message.headers, "parked-because": reason},
        properties={"delivery_mode": PERSISTENT},
        content_type=message.content_type, content_encoding=message.content_encoding,
    )  # fmt: skip
