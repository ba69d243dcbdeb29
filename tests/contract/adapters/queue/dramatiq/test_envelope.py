import json
import pickle

import dramatiq
import pytest
from dramatiq.message import get_encoder, set_encoder
from hypothesis import given

from adapters.queue.dramatiq.envelope import pack, redis_message_id, unpack
from adapters.queue.dramatiq.names import TierQueues
from domain.model.codec import UnreadableMessage
from domain.model.priority import Priority
from domain.model.wakeup import Wakeup
from tests.contract.task_factory import wakeup, wakeups

QUEUES = TierQueues("dq-")


@given(wakeups)
def test_what_was_packed_is_unpacked(message: Wakeup) -> None:
    assert unpack(pack(message, QUEUES).encode()) == message


def test_a_message_goes_to_its_tiers_queue_and_actor() -> None:
    packed = pack(wakeup(Priority.LOW), QUEUES)
    assert (packed.queue_name, packed.actor_name) == ("dq-gpu-low", "dq-gpu-low")


def test_dramatiq_itself_can_read_it() -> None:
    message = wakeup()
    assert dramatiq.Message.decode(pack(message, QUEUES).encode()).actor_name == "dq-gpu-normal"


def test_the_encoder_of_the_process_changes_nothing() -> None:
    before, message = get_encoder(), wakeup()
    set_encoder(dramatiq.PickleEncoder())
    try:
        copied = pack(message, QUEUES).copy(options={"redis_message_id": "m-1"})
        assert unpack(copied.encode()) == message
        assert redis_message_id(copied.encode()) == "m-1"
    finally:
        set_encoder(before)


@pytest.mark.parametrize(
    "body",
    [b"", b"junk", b"\xff\xfe", b"null", b"[]", b"3", b"{}", b'{"args": 3}', b'{"args": []}',
     b'{"args": [1]}', b'{"args": [{"v": 1}]}', b'{"args": [{"v": 2}]}', b"[" * 100_000,
     b"9" * 5_000, pickle.dumps({"args": []})],
)  # fmt: skip
def test_what_is_no_wake_up_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableMessage):
        unpack(body)


@pytest.mark.parametrize("options", [None, 3, {}, {"redis_message_id": 3}])
def test_a_message_that_does_not_tell_its_id_is_refused(options: object) -> None:
    with pytest.raises(UnreadableMessage):
        redis_message_id(json.dumps({"options": options}).encode())
