"""Wake-ups as Celery messages (task protocol 2), and back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from celery import Celery  # type: ignore[import-untyped]

from adapters.compact_json import compact_json
from adapters.queue.celery.app import TASK
from adapters.queue.celery.frames import content_head
from domain.model.codec import UnreadableMessage, wakeup_from_json, wakeup_to_json
from domain.model.wakeup import Wakeup

JSON = "application/json"
PERSISTENT = 2


STAND_IN = "00000000-0000-0000-0000-000000000000"
"""Where the id of a task is going to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message as kombu's channels take it, and the queue it goes to. `head`: its properties and
    headers as AMQP spells them, where that is known already."""

    queue: str
    body: str | bytes
    headers: Mapping[str, Any]
    properties: Mapping[str, Any]
    content_type: str | None = JSON
    content_encoding: str | None = "utf-8"
    head: bytes | None = None

    @property
    def spelt_head(self) -> bytes:
        return self.head or content_head(
            {
                "content_type": self.content_type,
                "content_encoding": self.content_encoding,
                "application_headers": self.headers,
                **self.properties,
            }
        )


def outgoing(app: Celery, wakeup: Wakeup, queue: str) -> Outgoing:
    """The message of `apply_async`, as Celery itself builds it. Monitors show the model's name."""
    template, tail = _template(app, wakeup.request.model)
    task_id = wakeup.task_id
    return Outgoing(
        queue=queue, body=b"[[%b],%b" % (compact_json(wakeup_to_json(wakeup)), tail),
        headers={**template.headers, "id": task_id, "root_id": task_id},
        properties={**template.properties, "correlation_id": task_id},
        head=_with_id(template.spelt_head, task_id),
    )  # fmt: skip


@cache
def _template(app: Celery, model: str) -> tuple[Outgoing, bytes]:
    """What the messages for `model` have in common, and how their bodies go on after the
    arguments. Built by Celery once, for it is most of the work and only the id differs."""
    message = app.amqp.create_task_message(
        STAND_IN, TASK, args=(), kwargs={}, ignore_result=True, argsrepr=model, kwargsrepr="{}"
    )
    _, kwargs, embedded = message.body
    properties = {**message.properties, "delivery_mode": PERSISTENT}
    template = Outgoing(queue="", body="", headers=message.headers, properties=properties)
    tail = b"%b,%b]" % (compact_json(kwargs), compact_json(embedded))
    return replace(template, head=template.spelt_head), tail


def _with_id(head: bytes, task_id: str) -> bytes | None:
    """`head` with the id in the place of its stand-in, where the two are equally long."""
    spelt = task_id.encode("utf-8", "surrogatepass")
    return head.replace(STAND_IN.encode(), spelt) if len(spelt) == len(STAND_IN) else None


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
