"""Dramatiq's envelope around a wake-up: JSON only, whatever encoder is set for the process."""

import json
from dataclasses import dataclass
from typing import Any

import dramatiq

from adapters.queue.dramatiq.names import TierQueues
from domain.model.codec import UnreadableMessage, wakeup_from_json, wakeup_to_json
from domain.model.wakeup import Wakeup


@dataclass(frozen=True)
class JsonMessage(dramatiq.Message[None]):
    def encode(self) -> bytes:
        return json.dumps(self.asdict(), separators=(",", ":")).encode()


def pack(wakeup: Wakeup, queues: TierQueues) -> JsonMessage:
    name = queues.of(wakeup.priority)
    return JsonMessage(
        queue_name=name, actor_name=name, args=(wakeup_to_json(wakeup),), kwargs={}, options={}
    )


def unpack(body: bytes) -> Wakeup:
    """Raises `UnreadableMessage`, whatever the bytes are: a pickle is never opened."""
    args = _envelope(body).get("args")
    if not isinstance(args, list) or len(args) != 1:
        raise UnreadableMessage("one argument expected")
    return wakeup_from_json(args[0])


def redis_message_id(body: bytes) -> str:
    """The id that Dramatiq keeps this message under on Redis. Raises `UnreadableMessage`."""
    options = _envelope(body).get("options")
    found = options.get("redis_message_id") if isinstance(options, dict) else None
    if not isinstance(found, str):
        raise UnreadableMessage("no redis_message_id")
    return found


def _envelope(body: bytes) -> dict[str, Any]:
    try:
        envelope = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableMessage(f"not JSON: {error}") from error
    if not isinstance(envelope, dict):
        raise UnreadableMessage(f"an object expected, not {type(envelope).__name__}")
    return envelope
