"""What parent and child say to each other: a JSON object and some bytes, as one sealed file.

On the socket a message is one byte with the file's descriptor, so it never comes in halves:

    8 bytes   length of the head, big-endian
    head      {"parts": [length, …], …} in UTF-8, 64 KiB at most
    parts     one after the other
"""

import json
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.imaging.children.parcel import opened, packed

_MARK = b"."
_LENGTH_BYTES = 8
_MOST_HEAD_BYTES = 1 << 16


class Malformed(Exception):
    """No message as this module writes them."""


@dataclass(frozen=True, slots=True)
class Message:
    """`parts` are views of one mapping that lives as long as any of them."""

    head: Mapping[str, Any]
    parts: Sequence[memoryview] = ()


def send(link: socket.socket, message: Message) -> None:
    """Raises `ConnectionError` if the other end is gone, `MemoryError` if there is no room."""
    lengths = [part.nbytes for part in message.parts]
    head = json.dumps({**message.head, "parts": lengths}).encode()
    length = len(head).to_bytes(_LENGTH_BYTES, "big")
    fd = packed([memoryview(length), memoryview(head), *message.parts])
    try:
        socket.send_fds(link, [_MARK], [fd])
    finally:
        os.close(fd)


def receive(link: socket.socket) -> Message:
    """Waits as long as the link's timeout allows. Raises `EOFError` if the other end is gone,
    `TimeoutError`, `MemoryError`, or `Malformed`: a child that was taken over may send anything."""
    mark, fds, _, _ = socket.recv_fds(link, len(_MARK), 1)
    if not mark:
        raise EOFError
    if len(fds) != 1:
        raise Malformed
    try:
        return _parsed(opened(fds[0]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Malformed from error


def _parsed(file: memoryview) -> Message:
    head_bytes = int.from_bytes(file[:_LENGTH_BYTES], "big")
    if head_bytes > _MOST_HEAD_BYTES:
        raise ValueError("the head is too long")
    start = _LENGTH_BYTES + head_bytes
    head = json.loads(bytes(file[_LENGTH_BYTES:start]))
    lengths = head.pop("parts")
    if start + sum(lengths) != len(file) or min(lengths, default=0) < 0:
        raise ValueError("the parts are not as long as they should be")
    parts = []
    for length in lengths:
        parts.append(file[start : start + length])
        start += length
    return Message(head, parts)
