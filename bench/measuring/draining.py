"""How fast a worker empties its queue."""

import time
from dataclasses import dataclass

import pika  # type: ignore[import-untyped]
from measuring.programs import cpu_s

LOOK_EVERY_S = 0.02
STALLED_S = 60.0
WARM = 0.9
"""The share of the tasks left when measuring begins: the first ones warm the worker up."""


class Depth:
    """Messages that wait in a queue, over one connection."""

    def __init__(self, broker_url: str) -> None:
        # No heartbeat: nobody serves the connection between two looks.
        where = pika.URLParameters(f"{broker_url}?heartbeat=0")
        self._channel = pika.BlockingConnection(where).channel()

    def __call__(self, queue: str) -> int:
        return int(self._channel.queue_declare(queue, passive=True).method.message_count)


@dataclass(frozen=True, slots=True)
class Drained:
    """Tasks a second, and CPU milliseconds a task of the worker and its children."""

    rate: float
    cpu_ms: float


def drained(depth: Depth, queue: str, pid: int, tasks: int) -> Drained:
    """Of the worker `pid`, from the first tenth of `tasks` to the last message taken. What is still
    in hand then, a few tasks a thread, was in hand at the beginning too."""
    at_first = _wait(depth, queue, int(WARM * tasks))
    began_s, cpu_before_s = time.monotonic(), cpu_s(pid)
    _wait(depth, queue, 0)
    took_s, spent_s = time.monotonic() - began_s, cpu_s(pid) - cpu_before_s
    return Drained(at_first / took_s, 1000 * spent_s / at_first)


def _wait(depth: Depth, queue: str, at_most: int) -> int:
    """The depth, once it is `at_most`. Raises `RuntimeError` when nothing moves."""
    last, moved_s = depth(queue), time.monotonic()
    while last > at_most:
        time.sleep(LOOK_EVERY_S)
        now = depth(queue)
        if now != last:
            last, moved_s = now, time.monotonic()
        elif time.monotonic() - moved_s > STALLED_S:
            raise RuntimeError(f"{queue}: {now} messages wait, and no worker takes them")
    return last
