import json
import pickle

import pytest
from hypothesis import given

from adapters.queue.celery.app import TASK
from adapters.queue.celery.message import outgoing, parked, read
from domain.model.codec import UnreadableMessage, wakeup_to_json
from domain.model.wakeup import Wakeup
from tests.contract.adapters.queue.celery.shelf import APP, Letter, letter
from tests.contract.task_factory import wakeup, wakeups


def test_it_is_the_message_that_celery_would_send() -> None:
    message = wakeup()
    sent = outgoing(APP, message, "gpu-normal")
    assert sent.queue == "gpu-normal"
    assert sent.headers["task"] == TASK
    assert sent.headers["id"] == sent.properties["correlation_id"] == message.task_id
    assert sent.properties["delivery_mode"] == 2
    assert json.loads(sent.body)[:2] == [[wakeup_to_json(message)], {}]


@given(wakeups)
def test_what_is_sent_can_be_read(message: Wakeup) -> None:
    assert read(letter(message)) == message


HEADERS = {"task": TASK, "id": "t-1"}
FUTURE = json.dumps([[wakeup_to_json(wakeup()) | {"v": 2}], {}, {}])


@pytest.mark.parametrize(
    "message",
    [Letter(b"junk", HEADERS), Letter(b"\xff", HEADERS), Letter("[]", HEADERS),
     Letter("[[]]", HEADERS), Letter("[[1, 2], {}]", HEADERS), Letter("3", HEADERS),
     Letter("[" * 100_000, HEADERS), Letter('[[{"v": 1}], {}, {}]', HEADERS),
     Letter(FUTURE, HEADERS),
     Letter(pickle.dumps(([], {}, {})), HEADERS, "application/x-python-serialize"),
     Letter("[[], {}, {}]", {}), Letter("[[], {}, {}]", {"task": "os.system"}),
     Letter(None, HEADERS), Letter("[[], {}, {}]", HEADERS, None)],
)  # fmt: skip
def test_anything_else_is_unreadable(message: Letter) -> None:
    with pytest.raises(UnreadableMessage):
        read(message)


def test_parked_it_keeps_what_it_was() -> None:
    junk = Letter(b"\xff", {"a": 1}, "text/plain", "binary")
    aside = parked(junk, "gpu-parked", "no JSON")
    assert (aside.queue, aside.body, aside.content_type) == ("gpu-parked", b"\xff", "text/plain")
    assert aside.headers == {"a": 1, "parked-because": "no JSON"}
    assert (aside.content_encoding, aside.properties["delivery_mode"]) == ("binary", 2)
