"""What we write is what py-amqp itself would write for the same message."""

from dataclasses import replace
from struct import unpack_from
from types import SimpleNamespace

import pytest
from amqp.basic_message import Message  # type: ignore[import-untyped]
from amqp.method_framing import frame_writer  # type: ignore[import-untyped]
from amqp.serialization import dumps  # type: ignore[import-untyped]
from hypothesis import given

from adapters.queue.celery.frames import content_head, publish_frames, publish_head
from adapters.queue.celery.message import STAND_IN, Outgoing, outgoing
from domain.model.wakeup import Wakeup, wakeup_for
from tests.contract.adapters.queue.celery.shelf import APP
from tests.contract.task_factory import pending, wakeups

CHANNEL, LARGEST = 1, 4096
PUBLISH = (60, 40)


def _by_py_amqp(message: Outgoing) -> bytes:
    written: list[bytes] = []
    transport = SimpleNamespace(write=lambda part: written.append(bytes(part)))
    write = frame_writer(SimpleNamespace(frame_max=LARGEST, bytes_sent=0), transport)
    content = Message(
        message.body, content_type=message.content_type,
        content_encoding=message.content_encoding, application_headers=message.headers,
        **message.properties,
    )  # fmt: skip
    arguments = dumps("Bssbb", (0, "", message.queue, True, False))
    write(1, CHANNEL, PUBLISH, arguments, content)
    return b"".join(written)


def _bodies(frames: bytes) -> bytes:
    """What the body frames carry; each frame is as AMQP says, and none too large."""
    found, at = b"", 0
    while at < len(frames):
        kind, channel, size = unpack_from(">BHI", frames, at)
        assert (channel, frames[at + 7 + size]) == (CHANNEL, 0xCE)
        assert size + 8 <= LARGEST
        found += frames[at + 7 : at + 7 + size] if kind == 3 else b""
        at += 8 + size
    return found


def _by_us(message: Outgoing) -> bytes:
    body = message.body.encode() if isinstance(message.body, str) else message.body
    head = publish_head(message.queue)
    return b"".join(publish_frames(CHANNEL, LARGEST, head, message.spelt_head, body))


@given(wakeups)
def test_any_wakeup(wakeup: Wakeup) -> None:
    message = outgoing(APP, wakeup, "gpu-high")
    assert _by_us(message) == _by_py_amqp(message)


def test_an_id_put_in_the_place_of_its_stand_in() -> None:
    task = pending()
    wakeup = wakeup_for(replace(task, task_id="019d8f0a-1111-7222-8333-444455556666"))
    message = outgoing(APP, wakeup, "gpu-low")
    assert message.head is not None
    assert STAND_IN.encode() not in message.head
    assert _by_us(message) == _by_py_amqp(message)


@pytest.mark.parametrize("length", [0, 1, LARGEST - 8, LARGEST - 7, 3 * LARGEST])
def test_a_body_of_any_length(length: int) -> None:
    message = Outgoing(queue="q", body=b"x" * length, headers={}, properties={"delivery_mode": 2})
    assert _bodies(_by_us(message)) == b"x" * length


def test_a_property_that_is_not_known_is_no_silent_loss() -> None:
    with pytest.raises(ValueError, match="expiration"):
        content_head({"expiration": "10"})
