"""`python -m adapters.imaging.children.main`: one child, from its first job to its parent's end.

Its standard input is the socket to its parent, and all that it holds.
"""

import signal
import socket
from collections.abc import Callable
from contextlib import suppress

from adapters.imaging.children import errors
from adapters.imaging.children.allowance import Allowance, confine, grant, worn
from adapters.imaging.children.pictures import message_of, picture_of
from adapters.imaging.children.wire import Message, receive, send
from adapters.imaging.reading import read
from adapters.imaging.writing import write
from adapters.kept_memory import keep_freed_memory
from domain.model.errors import DarkroomError
from domain.model.picture import ImageLimits

KEPT_BYTES = 2**26


def decode(job: Message) -> Message:
    return message_of(read(bytes(job.parts[0]), ImageLimits(**job.head["limits"])))


def encode(job: Message) -> Message:
    head = job.head
    encoded = write(picture_of(job), head["format"], head["quality"], tuple(head["background"]))
    facts = {
        "content_type": encoded.content_type, "extension": encoded.extension,
        "width": encoded.width, "height": encoded.height,
    }  # fmt: skip
    return Message({"facts": facts}, [memoryview(encoded.data)])


_WORK: dict[str, Callable[[Message], Message]] = {"decode": decode, "encode": encode}


def main() -> None:
    """Ends when the other end of the socket is closed, by the parent or by its death; not by a
    signal meant for the parent, which may still want its jobs done."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    confine()
    keep_freed_memory(KEPT_BYTES)
    with socket.socket(fileno=0) as link, suppress(EOFError, ConnectionError):
        send(link, Message({"ready": True}))
        while True:
            _serve(link, receive(link))


def _serve(link: socket.socket, job: Message) -> None:
    """One answer, whatever becomes of the job, unless it ends this process."""
    old = worn()  # before the job, since its pixels are no leak
    try:
        grant(Allowance(**job.head["allowance"]))
        done = _WORK[job.head["do"]](job)
        send(link, Message({**done.head, "worn": old}, done.parts))
    except DarkroomError as error:
        send(link, errors.message_of(error))
    except MemoryError:
        send(link, errors.message_of(errors.no_memory()))


if __name__ == "__main__":
    main()
