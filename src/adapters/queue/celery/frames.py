"""A publish as AMQP 0-9-1 spells it, so that many go out in one write.

py-amqp's own `basic_publish` spells twenty headers, looks for a word of the broker and calls the
socket for each message: that was most of what a submit cost the gateway.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from struct import Struct
from typing import Any

from amqp import spec  # type: ignore[import-untyped]
from amqp.serialization import dumps  # type: ignore[import-untyped]

METHOD, HEADER, BODY = 1, 2, 3
"""Types of frames."""
END = b"\xce"
OVERHEAD = 8

_FRAME = Struct(">BHI")
_METHOD_ID = Struct(">HH").pack(*spec.Basic.Publish)
_SIZE = Struct(">HHQ")
_FLAGS = Struct(">H")
PROPERTIES = (
    ("content_type", "s"), ("content_encoding", "s"), ("application_headers", "F"),
    ("delivery_mode", "o"), ("priority", "o"), ("correlation_id", "s"), ("reply_to", "s"),
)  # fmt: skip
"""In the order of the protocol, as far as Celery sets them; with their types."""


def content_head(properties: Mapping[str, Any]) -> bytes:
    """The properties of a message as its header frame carries them; None is left out. Raises
    `ValueError` for one that is not known here."""
    given = {name: value for name, value in properties.items() if value is not None}
    if strangers := given.keys() - dict(PROPERTIES).keys():
        raise ValueError(f"no property of a message: {', '.join(strangers)}")
    flags = sum(1 << 15 - place for place, (name, _) in enumerate(PROPERTIES) if name in given)
    kinds = "".join(kind for name, kind in PROPERTIES if name in given)
    values = [given[name] for name, _ in PROPERTIES if name in given]
    spelt: bytes = dumps(kinds, values)
    return _FLAGS.pack(flags) + spelt


@cache
def publish_head(queue: str) -> bytes:
    """The method that publishes to `queue` through the default exchange, to be returned where
    there is no such queue."""
    arguments: bytes = dumps("Bssbb", (0, "", queue, True, False))
    return _METHOD_ID + arguments


def publish_frames(
    channel: int, largest: int, method: bytes, head: bytes, body: bytes
) -> Iterator[bytes]:
    """The frames of one message on the channel of that number. `largest`: bytes of a frame."""
    yield from _frame(METHOD, channel, method)
    yield from _frame(HEADER, channel, _SIZE.pack(spec.Basic.CLASS_ID, 0, len(body)), head)
    room = largest - OVERHEAD
    for start in range(0, len(body), room):
        yield from _frame(BODY, channel, body[start : start + room])


def _frame(kind: int, channel: int, *payload: bytes) -> Sequence[bytes]:
    return (_FRAME.pack(kind, channel, sum(map(len, payload))), *payload, END)
