"""Writing to Celery's result backend, on a thread of its own."""

import logging
from collections.abc import Callable, Collection
from threading import Event, Lock, Thread
from typing import Any

from adapters.queue.celery.results import in_celery_words
from domain.model.task import SUCCESS, Task
from ports.clock import Elapsed

log = logging.getLogger(__name__)

GATHER_S = 0.05
REST_S = 5.0

Write = Callable[[Collection[Task]], None]


class ResultWriter:
    """Of each task the latest state is written, soon: one that changes twice within `gather_s` is
    written once, and all of that time together. After a write that failed nothing is written for a
    while, and what comes then is never told: a frozen backend holds nothing up and fills nothing.
    What is noted and not yet written is lost with the process.
    """

    def __init__(self, write: Write, elapsed: Elapsed, gather_s: float = GATHER_S) -> None:
        self._write, self._elapsed, self._gather_s = write, elapsed, gather_s
        self._latest: dict[str, Task] = {}
        self._lock = Lock()
        self._noted, self._closed = Event(), Event()
        self._silent_until_s = float("-inf")
        self._thread = Thread(target=self._run, name="celery-results", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def note(self, task: Task) -> None:
        """From any thread. Never blocks."""
        if self.silent:
            return
        with self._lock:
            self._latest[task.task_id] = task
        self._noted.set()

    @property
    def silent(self) -> bool:
        """Whether a failed write is so fresh that nothing is written."""
        return self._elapsed() < self._silent_until_s

    def close(self, limit_s: float) -> None:
        """Write what is left; wait no longer than `limit_s` for that."""
        self._closed.set()
        self._noted.set()
        self._thread.join(limit_s)

    def _run(self) -> None:
        while not self._closed.is_set():
            self._noted.wait()
            self._closed.wait(self._gather_s)
            self._noted.clear()
            self._write_latest()

    def _write_latest(self) -> None:
        with self._lock:
            tasks, self._latest = self._latest, {}
        if not tasks:
            return
        try:
            self._write(tasks.values())
        except Exception as error:
            self._silent_until_s = self._elapsed() + REST_S
            log.warning("Celery's result backend is not told of %d tasks: %r", len(tasks), error)


def write_states(backend: Any, tasks: Collection[Task]) -> None:
    """Into a Redis `backend` of Celery. A success is final and may be written over whatever is
    there, so all of them take one round trip; for the others Celery looks first."""
    for task in tasks:
        if task.status is not SUCCESS:
            state, result = in_celery_words(task)
            backend.store_result(task.task_id, result, state)
    successes = [task for task in tasks if task.status is SUCCESS]
    if successes:
        _write_successes(backend, successes)


def _write_successes(backend: Any, tasks: Collection[Task]) -> None:
    """The message that `AsyncResult` reads, stored and published as Celery does it."""
    with backend.client.pipeline(transaction=False) as pipe:
        for task in tasks:
            state, result = in_celery_words(task)
            meta = {
                "status": state, "result": result, "traceback": None, "children": [],
                "date_done": backend.app.now().isoformat(), "task_id": task.task_id,
            }  # fmt: skip
            key, text = backend.get_key_for_task(task.task_id), backend.encode(meta)
            pipe.set(key, text, ex=backend.expires or None)
            pipe.publish(key, text)
        pipe.execute()
