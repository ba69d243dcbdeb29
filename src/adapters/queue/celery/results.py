"""The ledger's states in Celery's result backend, for `AsyncResult` and Flower.

A mirror for spectators: nothing here is read again, and none of its failures changes an ack.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

from celery import Celery  # type: ignore[import-untyped]
from celery.exceptions import (  # type: ignore[import-untyped]
    Ignore,
    Retry,
    TaskRevokedError,
)

from adapters.queue.celery.hands import Hand
from domain.model.task import (
    CANCELED,
    EXPIRED,
    FAILURE,
    PENDING,
    RETRY,
    STARTED,
    SUCCESS,
    Task,
    TaskStatus,
)
from domain.model.wakeup import Verdict
from ports.clock import Elapsed

log = logging.getLogger(__name__)

TaskOf = Callable[[str], Awaitable[Task | None]]
"""The task as the ledger knows it."""

LONG_S = 0.25
ASK_LIMIT_S = 2.0
REST_S = 5.0


class TaskFailed(Exception):
    """An attempt that failed, as Celery's readers are told: the code and message of its error."""


class LedgerResults:
    """On the pool's threads. After a write that failed nothing is written for a while: a frozen
    backend costs one second then, not one a task."""

    def __init__(
        self, app: Celery, task_of: TaskOf, elapsed: Elapsed, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._app, self._task_of = app, task_of
        self._elapsed, self._loop = elapsed, loop
        self._silent_until_s = float("-inf")

    def tell_if_long(self, task_id: str, answer: Future[Verdict]) -> None:
        """Say that a task has been started once it takes a while; short ones are told of once."""
        try:
            answer.exception(LONG_S)
        except TimeoutError:
            task = self._ledger_says(task_id)
            if task is not None and task.status is STARTED:
                self._write(task)

    def tell(self, hand: Hand) -> None:
        """Write the task's state, then raise what makes Celery send the event of that state."""
        task = self._ledger_says(hand.wakeup.task_id)
        if task is not None and task.status is not PENDING:
            self._write(task)
            _send_event(task, hand)

    def _ledger_says(self, task_id: str) -> Task | None:
        asked = asyncio.run_coroutine_threadsafe(self._ask(task_id), self._loop)
        try:
            return asked.result(ASK_LIMIT_S)
        except Exception as error:
            log.warning("the result of task %s is not told to Celery: %r", task_id, error)
            return None

    async def _ask(self, task_id: str) -> Task | None:
        return await self._task_of(task_id)

    def _write(self, task: Task) -> None:
        if self._elapsed() < self._silent_until_s:
            return
        state, result = _in_celery_words(task)
        try:
            self._app.backend.store_result(task.task_id, result, state)
        except Exception as error:
            self._silent_until_s = self._elapsed() + REST_S
            log.warning("Celery's result backend is not told of task %s: %r", task.task_id, error)


def _in_celery_words(task: Task) -> tuple[str, Any]:
    """Celery's readers wait for SUCCESS, FAILURE or REVOKED, so CANCELED and EXPIRED are the last.
    What is no SUCCESS and no STARTED has to be an exception, or they fail to read it."""
    if task.status in (CANCELED, EXPIRED):
        return "REVOKED", TaskRevokedError(str(task.status))
    if task.status in (RETRY, FAILURE):
        return str(task.status), TaskFailed(_error_of(task))
    facts = {"model": task.request.model, "attempt": task.attempt, "worker": task.worker}
    if task.result is not None:
        facts |= {"key": task.result.key, "content_type": task.result.content_type}
    return str(task.status), facts


def _error_of(task: Task) -> str:
    return f"{task.error.code}: {task.error.message}" if task.error else str(task.status)


def _send_event(task: Task, hand: Hand) -> None:
    status: TaskStatus = task.status
    if status is RETRY:
        due = datetime.fromtimestamp(task.not_before, UTC) if task.not_before else None
        raise Retry(_error_of(task), exc=TaskFailed(_error_of(task)), when=due)
    if status is FAILURE:
        raise TaskFailed(_error_of(task))
    if status in (CANCELED, EXPIRED):
        hand.request.send_event(
            "task-revoked", terminated=False, signum=None, expired=status is EXPIRED
        )
    if status is not SUCCESS:
        raise Ignore
