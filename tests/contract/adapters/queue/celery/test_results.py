import asyncio
from typing import Any

import pytest
from celery import Celery

from adapters.queue.celery.hands import Hand
from adapters.queue.celery.results import REST_S, LedgerResults
from domain.model.task import Task
from domain.model.wakeup import wakeup_for
from tests.contract.task_factory import START, SteppedClock, pending, succeeded

pytestmark = pytest.mark.anyio


class Backend:
    """Celery's result backend as far as it is used; `broken`: what it raises."""

    def __init__(self) -> None:
        self.stored: list[tuple[str, str]] = []
        self.tries = 0
        self.broken: Exception | None = None

    def store_result(self, task_id: str, result: Any, state: str) -> None:
        self.tries += 1
        if self.broken is not None:
            raise self.broken
        self.stored.append((task_id, state))


class App(Celery):
    def __init__(self, backend: Backend) -> None:
        super().__init__("test", set_as_current=False)
        self._backend_of_test = backend

    @property
    def backend(self) -> Backend:
        return self._backend_of_test


class Mirror:
    def __init__(self, *tasks: Task) -> None:
        self.backend, self.elapsed = Backend(), SteppedClock(0.0)
        self._rows = {task.task_id: task for task in tasks}
        loop = asyncio.get_running_loop()
        self._results = LedgerResults(App(self.backend), self._row, self.elapsed, loop)

    async def tell(self, task: Task) -> None:
        await asyncio.to_thread(self._results.tell, Hand(None, wakeup_for(task)))

    async def _row(self, task_id: str) -> Task | None:
        return self._rows.get(task_id)


async def test_what_the_ledger_says_is_stored() -> None:
    task = succeeded(pending(), START)
    mirror = Mirror(task)
    await mirror.tell(task)
    assert mirror.backend.stored == [(task.task_id, "SUCCESS")]


async def test_of_a_task_nobody_knows_nothing_is_told() -> None:
    mirror = Mirror()
    await mirror.tell(pending())
    assert mirror.backend.tries == 0


async def test_one_that_was_handed_back_is_not_told_of() -> None:
    task = pending()
    mirror = Mirror(task)
    await mirror.tell(task)
    assert mirror.backend.tries == 0


async def test_a_backend_that_failed_is_left_alone_for_a_while() -> None:
    tasks = [succeeded(pending(), START) for _ in range(4)]
    mirror = Mirror(*tasks)
    mirror.backend.broken = TimeoutError("frozen")
    await mirror.tell(tasks[0])
    await mirror.tell(tasks[1])
    assert mirror.backend.tries == 1
    mirror.backend.broken = None
    mirror.elapsed.advance(REST_S)
    await mirror.tell(tasks[2])
    assert mirror.backend.stored == [(tasks[2].task_id, "SUCCESS")]
