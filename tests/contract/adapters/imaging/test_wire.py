"""What passes between parent and child, and what a child that was taken over may send."""

import os
import socket
from collections.abc import Iterator

import numpy as np
import pytest

from adapters.imaging.children.errors import message_of as message_of_error
from adapters.imaging.children.errors import raise_any
from adapters.imaging.children.parcel import opened, packed
from adapters.imaging.children.pictures import message_of, picture_of
from adapters.imaging.children.wire import Malformed, Message, receive, send
from domain.model.errors import ImageTooLarge, TaskGone
from domain.model.picture import Picture

Link = tuple[socket.socket, socket.socket]


@pytest.fixture
def link() -> Iterator[Link]:
    ends = socket.socketpair()
    yield ends
    for end in ends:
        end.close()


def file_of(head: bytes, rest: bytes = b"") -> int:
    return packed([memoryview(len(head).to_bytes(8, "big") + head + rest)])


def pipe() -> int:
    reading, writing = os.pipe()
    os.close(writing)
    return reading


def unsealed() -> int:
    fd = os.memfd_create("open", os.MFD_ALLOW_SEALING)
    os.write(fd, b'\0\0\0\0\0\0\0\x0c{"parts":[]}')
    return fd


def test_a_message_arrives_as_it_was_sent(link: Link) -> None:
    parts = [memoryview(b"one"), memoryview(b""), np.arange(6, dtype=np.uint8).reshape(2, 3).data]
    send(link[0], Message({"do": "rest", "side": 7}, parts))
    got = receive(link[1])
    assert got.head == {"do": "rest", "side": 7}
    assert [bytes(part) for part in got.parts] == [b"one", b"", bytes(range(6))]


def test_what_was_sent_can_not_be_changed_or_cut_short() -> None:
    """A file that shrinks under a mapping would kill the process that reads it."""
    fd = packed([memoryview(bytes(9000))])
    with pytest.raises(PermissionError):
        os.ftruncate(fd, 0)
    with pytest.raises(PermissionError):
        os.pwrite(fd, b"x", 0)
    assert bytes(opened(fd)) == bytes(9000)


@pytest.mark.parametrize(
    "make",
    [pipe, unsealed,
     lambda: os.open(os.devnull, os.O_RDWR),
     lambda: packed([memoryview(b"")]),
     lambda: packed([memoryview(b"abc")]),
     lambda: packed([memoryview(b"\xff" * 8 + b"{}")]),
     lambda: file_of(b"no json"),
     lambda: file_of(b"[1]"),
     lambda: file_of(b"{}"),
     lambda: file_of(b"[" * 60_000),
     lambda: file_of(b'{"parts": []}' + b" " * 70_000),
     lambda: file_of(b'{"parts": [3]}', b"ab"),
     lambda: file_of(b'{"parts": [3, -1]}', b"ab"),
     lambda: file_of(b'{"parts": ["2"]}', b"ab"),
     lambda: file_of(b'{"parts": [2.0]}', b"ab"),
     lambda: file_of(b'{"parts": 2}', b"ab")],
    ids=["pipe", "unsealed", "device", "empty", "short", "endless head", "no json", "no object",
         "no parts", "deep", "long head", "short parts", "negative", "text", "float", "no list"],
)  # fmt: skip
def test_a_message_that_is_none_is_refused(link: Link, make: object) -> None:
    assert callable(make)
    fd = make()
    socket.send_fds(link[0], [b"."], [fd])
    os.close(fd)
    with pytest.raises(Malformed):
        receive(link[1])


def test_a_message_without_a_file_is_refused(link: Link) -> None:
    link[0].send(b".")
    with pytest.raises(Malformed):
        receive(link[1])


def test_the_other_ends_death_is_told_from_its_silence(link: Link) -> None:
    link[1].settimeout(0.01)
    with pytest.raises(TimeoutError):
        receive(link[1])
    link[0].close()
    with pytest.raises(EOFError):
        receive(link[1])


@pytest.mark.parametrize(
    "size", [[2, 3], [2], [0, 0], "ab", None], ids=["more", "one side", "none", "text", "null"]
)
def test_a_picture_has_the_size_it_says(size: object) -> None:
    sound = message_of(Picture(np.zeros((2, 2, 3), np.uint8), np.zeros((2, 2), np.uint8)))
    with pytest.raises(Malformed):
        picture_of(Message({**sound.head, "size": size}, sound.parts))


def test_an_error_keeps_its_code_and_its_words() -> None:
    with pytest.raises(ImageTooLarge, match="9×9") as caught:
        raise_any(message_of_error(ImageTooLarge("9×9 px", remedy="Less.")))
    assert caught.value.hint == "Less."
    assert caught.value.detail == "9×9 px"


def test_a_child_can_not_tell_of_what_is_not_its_business() -> None:
    with pytest.raises(Malformed):
        raise_any(message_of_error(TaskGone()))
    with pytest.raises(Malformed):
        raise_any(Message({"error": 7}))
