"""The ledger's states for Celery's own spectators: `AsyncResult`, events, Flower.

A mirror: nothing here is read again, and none of its failures changes an ack.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from celery.exceptions import (  # type: ignore[import-untyped]
    Ignore,
    Retry,
    TaskRevokedError,
)

from domain.model.task import (
    CANCELED,
    EXPIRED,
    FAILURE,
    PENDING,
    RETRY,
    STARTED,
    SUCCESS,
    Task,
)
from domain.model.wakeup import Verdict, Wakeup
from ports.wakeup_source import Handle

log = logging.getLogger(__name__)

TaskOf = Callable[[str], Awaitable[Task | None]]
"""The task as the ledger knows it."""

LeftOver = Callable[[], Sequence[Task]]
"""The tasks that ended here and whose own message did not ask for them, each told once."""

LONG_S = 0.25
LEFT_S = 1.0
ASK_LIMIT_S = 2.0


class TaskFailed(Exception):
    """An attempt that failed, as Celery's readers are told: the code and message of its error."""


@dataclass(frozen=True, slots=True)
class Told:
    """The verdict on a message, and how its task stands where somebody looks on."""

    verdict: Verdict
    task: Task | None = None


Answer = Callable[[Wakeup], Awaitable[Told]]


class Mirrored:
    """On the event loop, around a `Handle`. `note` hears of each task that ended a run, and of
    each that has been running for a while. A message may have started another task than its own;
    `left_over` knows those, and they are noted a little later."""

    def __init__(
        self,
        handle: Handle,
        task_of: TaskOf,
        note: Callable[[Task], None],
        left_over: LeftOver = tuple,
    ) -> None:
        self._handle, self._task_of, self._note = handle, task_of, note
        self._left_over = left_over
        self._later: asyncio.TimerHandle | None = None

    async def __call__(self, wakeup: Wakeup) -> Told:
        async with self._told_if_long(wakeup.task_id):
            verdict = await self._handle(wakeup)
        if self._later is None:
            loop = asyncio.get_running_loop()
            self._later = loop.call_later(LEFT_S, self._note_left_over)
        if verdict is not Verdict.ACK:
            return Told(verdict)
        task = await self._ledger_says(wakeup.task_id)
        if task is None or task.status is PENDING:
            return Told(verdict)
        self._note(task)
        return Told(verdict, task)

    def close(self) -> None:
        """What is left over is noted now, and nothing after that."""
        if self._later is not None:
            self._later.cancel()
        self._note_left_over()

    def _note_left_over(self) -> None:
        self._later = None
        for task in self._left_over():
            self._note(task)

    @asynccontextmanager
    async def _told_if_long(self, task_id: str) -> AsyncIterator[None]:
        """Most runs are short: they cost a timer, and their start is not told at all."""
        loop, telling = asyncio.get_running_loop(), list[asyncio.Task[None]]()
        timer = loop.call_later(
            LONG_S, lambda: telling.append(loop.create_task(self._tell_start(task_id)))
        )
        try:
            yield
        finally:
            timer.cancel()
            for each in telling:
                each.cancel()
                await asyncio.wait([each])

    async def _tell_start(self, task_id: str) -> None:
        task = await self._ledger_says(task_id)
        if task is not None and task.status is STARTED:
            self._note(task)

    async def _ledger_says(self, task_id: str) -> Task | None:
        try:
            async with asyncio.timeout(ASK_LIMIT_S):
                return await self._task_of(task_id)
        except Exception as error:
            log.warning("the result of task %s is not told to Celery: %r", task_id, error)
            return None


async def unmirrored(handle: Handle, wakeup: Wakeup) -> Told:
    return Told(await handle(wakeup))


def in_celery_words(task: Task) -> tuple[str, Any]:
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


def raise_its_event(task: Task, request: Any) -> None:
    """Raise what makes Celery send the event of the state that `task` is in; where there is no
    such thing, send it. `request`: Celery's."""
    if task.status is RETRY:
        due = datetime.fromtimestamp(task.not_before, UTC) if task.not_before else None
        raise Retry(_error_of(task), exc=TaskFailed(_error_of(task)), when=due)
    if task.status is FAILURE:
        raise TaskFailed(_error_of(task))
    if task.status in (CANCELED, EXPIRED):
        request.send_event(
            "task-revoked", terminated=False, signum=None, expired=task.status is EXPIRED
        )
    if task.status is not SUCCESS:
        raise Ignore


def _error_of(task: Task) -> str:
    return f"{task.error.code}: {task.error.message}" if task.error else str(task.status)
