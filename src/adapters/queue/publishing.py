"""Publishing that a broker cannot hold up: threads of its own, a time limit, a circuit breaker.

A blocking client call stays where it is when its caller gives up, so the calls run on a few
daemon threads, the lanes, which never hold up the end of the process either. Messages that come
while all lanes are busy go out together: one `send`, and with a client that can, one confirm.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from queue import SimpleQueue
from typing import Generic, TypeVar

from domain.model.errors import Unavailable
from ports.clock import Elapsed

M = TypeVar("M")

Send = Callable[[Sequence[M]], None]
"""Hand all messages over and block until each is confirmed. Raises anything when one may not have
arrived. Called on the lanes' threads, several at a time: a connection belongs to its thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishingLimits:
    """At most `lanes` × `batch` messages are in flight. `time_limit_s`: what a caller waits, the
    wait for a lane included; with the patience for a depth, a submit is answered within 2 s
    whatever the broker does. `rest_s`: how long the breaker refuses after a failure."""

    lanes: int = 4
    batch: int = 16
    time_limit_s: float = 1.4
    rest_s: float = 1.0


class CircuitBreaker:
    """Open after one failure, for `send` has tried more than once; then lets one try through in
    each `rest_s` until one succeeds."""

    def __init__(self, elapsed: Elapsed, rest_s: float) -> None:
        self._elapsed, self._rest_s = elapsed, rest_s
        self._tried_at_s: float | None = None

    def lets_through(self) -> bool:
        if self._tried_at_s is None:
            return True
        if self._elapsed() - self._tried_at_s < self._rest_s:
            return False
        self._tried_at_s = self._elapsed()
        return True

    def failed(self) -> None:
        self._tried_at_s = self._elapsed()

    def succeeded(self) -> None:
        self._tried_at_s = None


@dataclass(slots=True)
class _Waiting(Generic[M]):
    message: M
    outcome: asyncio.Future[Exception | None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class BoundedPublishing(Generic[M]):
    """`leave`: called on each lane's thread when it ends, to close what the thread holds open."""

    def __init__(
        self,
        send: Send[M],
        elapsed: Elapsed,
        limits: PublishingLimits | None = None,
        leave: Callable[[], None] = lambda: None,
    ) -> None:
        self._send, self._leave = send, leave
        self._limits = limits or PublishingLimits()
        self._breaker = CircuitBreaker(elapsed, self._limits.rest_s)
        self._waiting: deque[_Waiting[M]] = deque()
        self._work: SimpleQueue[list[_Waiting[M]] | None] = SimpleQueue()
        self._lanes: list[threading.Thread] = []
        self._idle = 0
        self._closed = False

    async def publish(self, message: M) -> None:
        """Return once `message` is confirmed. Raises `Unavailable` within the time limit, at once
        while the breaker is open; a message that was under way may then arrive or not."""
        if self._closed or not self._breaker.lets_through():
            raise Unavailable("The broker did not take the last messages; it is tried again soon.")
        waiting = _Waiting(message)
        self._waiting.append(waiting)
        self._fill_lanes()
        # A fifth of the price of `asyncio.timeout`, which tells its cancel from other people's.
        limit = asyncio.get_running_loop().call_later(
            self._limits.time_limit_s, self._give_up, waiting
        )
        try:
            error = await waiting.outcome
        finally:
            limit.cancel()
        if error is not None:
            raise Unavailable(f"The broker did not take the message: {error}") from error

    async def aclose(self) -> None:
        """Messages without a lane are refused, those under way get the time limit to arrive."""
        self._closed = True
        while self._waiting:
            self._tell(self._waiting.popleft(), Unavailable("Publishing has been closed."))
        for _ in self._lanes:
            self._work.put(None)
        await asyncio.to_thread(_join, self._lanes, self._limits.time_limit_s)
        self._lanes.clear()

    def _fill_lanes(self) -> None:
        if not self._lanes:
            self._open_lanes()
        while self._idle and (batch := self._next_batch()):
            self._idle -= 1
            self._work.put(batch)

    def _open_lanes(self) -> None:
        loop = asyncio.get_running_loop()
        for number in range(self._limits.lanes):
            lane = threading.Thread(
                target=self._serve, args=[loop], name=f"publish-{number}", daemon=True
            )
            lane.start()
            self._lanes.append(lane)
        self._idle = self._limits.lanes

    def _next_batch(self) -> list[_Waiting[M]]:
        """The oldest that somebody still waits for: who gave up is sent later by another way."""
        alive = [waiting for waiting in self._waiting if not waiting.outcome.done()]
        batch = alive[: self._limits.batch]
        self._waiting = deque(islice(alive, len(batch), None))
        return batch

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        """On a lane's thread."""
        while (batch := self._work.get()) is not None:
            error = self._attempt([waiting.message for waiting in batch])
            # The loop is closed when a broker held this thread for longer than the process runs.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._settle, batch, error)
        self._leave()

    def _attempt(self, messages: Sequence[M]) -> Exception | None:
        try:
            self._send(messages)
        except Exception as error:
            return error
        return None

    def _settle(self, batch: Sequence[_Waiting[M]], error: Exception | None) -> None:
        self._idle += 1
        if error is None:
            self._breaker.succeeded()
        else:
            self._breaker.failed()
        for waiting in batch:
            self._tell(waiting, error)
        self._fill_lanes()

    def _give_up(self, waiting: _Waiting[M]) -> None:
        if not waiting.outcome.done():
            self._breaker.failed()
            self._tell(waiting, TimeoutError(f"no confirm within {self._limits.time_limit_s:g} s"))

    def _tell(self, waiting: _Waiting[M], error: Exception | None) -> None:
        if not waiting.outcome.done():
            waiting.outcome.set_result(error)


def _join(threads: Sequence[threading.Thread], timeout_s: float) -> None:
    for thread in threads:
        thread.join(timeout_s / len(threads))
