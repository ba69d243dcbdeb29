"""When the result backend is written to. What is written, the clauses read with Celery itself."""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from queue import Queue
from threading import Event

from adapters.queue.celery.result_writer import REST_S, ResultWriter
from domain.model.task import FAILURE, STARTED, Task
from tests.contract.task_factory import START, SteppedClock, pending, succeeded

PATIENCE_S = 5.0


class Backend:
    """Takes a batch when `gate` is open; `broken`: what it raises."""

    def __init__(self) -> None:
        self.batches: Queue[list[Task]] = Queue()
        self.gate, self.busy = Event(), Event()
        self.broken: Exception | None = None

    def write(self, tasks: Collection[Task]) -> None:
        self.busy.set()
        assert self.gate.wait(PATIENCE_S)
        self.batches.put(list(tasks))
        if self.broken is not None:
            raise self.broken

    def next(self) -> list[Task]:
        return self.batches.get(timeout=PATIENCE_S)


@contextmanager
def writing(backend: Backend) -> Iterator[tuple[ResultWriter, SteppedClock]]:
    elapsed = SteppedClock(0.0)
    writer = ResultWriter(backend.write, elapsed, gather_s=0.0)
    writer.start()
    try:
        yield writer, elapsed
    finally:
        backend.gate.set()
        writer.close(PATIENCE_S)


def until(condition: Callable[[], bool]) -> None:
    limit_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < limit_s
        time.sleep(0.001)


def test_what_was_noted_is_written() -> None:
    backend, task = Backend(), succeeded(pending(), START)
    backend.gate.set()
    with writing(backend) as (writer, _):
        writer.note(task)
        assert backend.next() == [task]


def test_of_each_task_only_the_latest_state_is_written() -> None:
    backend, first, task = Backend(), pending(), pending()
    with writing(backend) as (writer, _):
        writer.note(first)
        assert backend.busy.wait(PATIENCE_S)
        writer.note(replace(task, status=STARTED))
        writer.note(replace(task, status=FAILURE))
        backend.gate.set()
        assert backend.next() == [first]
        assert backend.next() == [replace(task, status=FAILURE)]


def test_what_is_left_is_written_at_the_end() -> None:
    backend, task = Backend(), succeeded(pending(), START)
    backend.gate.set()
    with writing(backend) as (writer, _):
        writer.note(task)
    assert backend.next() == [task]


def test_a_backend_that_failed_is_left_alone_for_a_while() -> None:
    backend, tasks = Backend(), [succeeded(pending(), START) for _ in range(3)]
    backend.broken = TimeoutError("frozen")
    backend.gate.set()
    with writing(backend) as (writer, elapsed):
        writer.note(tasks[0])
        assert backend.next() == [tasks[0]]
        backend.broken = None
        until(lambda: writer.silent)
        writer.note(tasks[1])
        elapsed.advance(REST_S)
        writer.note(tasks[2])
        assert backend.next() == [tasks[2]]
