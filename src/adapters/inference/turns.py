"""Whose turn it is on the device: the planner, safe to use from any thread."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Condition
from typing import Any

from adapters.inference.call import Call, presentable
from domain.model.batching import BatchLimits, BatchPlanner
from domain.model.control import Stop, Stopped
from domain.model.priority import Priority


@dataclass(slots=True, eq=False)
class Place:
    """An attempt on its way to the device; `expected` until it gets there."""

    model: str
    priority: Priority
    alone: bool
    expected: bool = False


@dataclass(slots=True, eq=False)
class Job:
    """Something else the device is to do: load a model, prove that it computes."""

    call: Callable[[], Any]
    done: Future[Any] = field(default_factory=Future)

    def __call__(self) -> None:
        if not self.done.set_running_or_notify_cancel():
            return
        try:
            self.done.set_result(self.call())
        except BaseException as error:
            self.done.set_exception(presentable(error))


class Turns:
    """Everybody says what is to be done, the device's thread alone asks for the `next`."""

    def __init__(self, limits: BatchLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self._planner = BatchPlanner[Call](limits)
        self._clock = clock
        self._jobs: deque[Job] = deque()
        self._changed = Condition()
        self._preparing = 0
        self._closing = self._stopped = False

    def expect(self, place: Place) -> None:
        """`place` is on its way, and may share a batch with others."""
        with self._changed:
            place.expected = True
            self._planner.expect(place.model)

    def leave(self, place: Place) -> None:
        """Nobody needs to wait for `place` any more."""
        with self._changed:
            self._expect_no_longer(place)
            self._changed.notify()

    def prepare(self) -> None:
        """A call is prepared from now on, and arrives in any case. Raises `Stopped` once nothing
        new is taken."""
        with self._changed:
            self._raise_if_closing()
            self._preparing += 1

    def arrive(self, call: Call, place: Place) -> None:
        """`call` waits for the device, unless it is over."""
        with self._changed:
            self._preparing -= 1
            self._expect_no_longer(place)
            if self._stopped:
                call.fail(Stopped(Stop.DRAIN))
            if not call.over:
                self._planner.add(call, self._clock())
            self._changed.notify()

    def withdraw(self, call: Call) -> None:
        """Nobody waits for `call` any more."""
        with self._changed:
            call.answer.cancel()
            self._planner.discard(call)

    def ask(self, call: Callable[[], Any]) -> Future[Any]:
        """Have the device's thread make `call`, before any batch. Raises like `prepare`."""
        with self._changed:
            self._raise_if_closing()
            job = Job(call)
            self._jobs.append(job)
            self._changed.notify()
        return job.done

    def next(self) -> Job | Sequence[Call] | None:
        """Waits until there is something to do; None at the end."""
        with self._changed:
            while True:
                if self._jobs:
                    return self._jobs.popleft()
                now_s = self._clock()
                if batch := self._planner.take(now_s):
                    return batch
                if self._stopped or (self._closing and not self._preparing):
                    return None
                wake_at_s = self._planner.wake_at_s()
                self._changed.wait(None if wake_at_s is None else max(0, wake_at_s - now_s))

    def waited_s(self, batch: Sequence[Call]) -> float:
        """How long the oldest of `batch` has been here."""
        return max(0.0, self._clock() - min(call.since_s for call in batch))

    def measured(self, batch: Sequence[Call], seconds: float) -> None:
        with self._changed:
            self._planner.measured(batch, seconds)

    def overflowed(self, batch: Sequence[Call]) -> None:
        with self._changed:
            self._planner.overflowed(batch, self._clock())

    def close(self) -> None:
        """Nothing new from now on; what is here already gets its turn without delay."""
        with self._changed:
            self._closing = True
            self._planner.hurry()
            jobs = self._take_jobs()
            self._changed.notify()
        _refuse(jobs)

    def stop(self) -> Sequence[Call]:
        """Nothing at all from now on; answers with those who waited in vain."""
        with self._changed:
            self._closing = self._stopped = True
            calls, jobs = self._planner.take_all(), self._take_jobs()
            self._changed.notify()
        _refuse(jobs)
        return calls

    def _take_jobs(self) -> Sequence[Job]:
        jobs, self._jobs = self._jobs, deque()
        return list(jobs)

    def _expect_no_longer(self, place: Place) -> None:
        if place.expected:
            place.expected = False
            self._planner.expect_less(place.model)

    def _raise_if_closing(self) -> None:
        if self._closing:
            raise Stopped(Stop.DRAIN)


def _refuse(jobs: Sequence[Job]) -> None:
    for job in jobs:
        if job.done.set_running_or_notify_cancel():
            job.done.set_exception(Stopped(Stop.DRAIN))
