"""What somebody who follows a task is told, and when. Every event bears the revision of the row it
tells of, so that who comes back with the last one he saw is told what followed it."""

from dataclasses import dataclass
from enum import StrEnum

from domain.model.task import HISTORY, PENDING, STARTED, TERMINAL, Change, Task

FIRST = Change(revision=1, status=PENDING)


class Kind(StrEnum):
    STATUS = "status"
    PROGRESS = "progress"
    DONE = "done"
    RESYNC = "resync"


@dataclass(frozen=True, slots=True)
class TaskEvent:
    """`task`: the whole of it, with `done`, and with `resync`: what was told before counts no
    longer."""

    kind: Kind
    change: Change
    task: Task | None = None


def as_it_is(task: Task) -> tuple[TaskEvent, ...]:
    """For who comes without a past."""
    return (_of(task.change, task),)


def since(task: Task, told: Change) -> tuple[TaskEvent, ...]:
    """What happened after `told`, of which only the revision and the progress count."""
    if told.revision == task.revision:
        return ()
    if not _remembers(task, told.revision):
        resync = TaskEvent(Kind.RESYNC, task.change, task)
        return (resync, _of(task.change, task)) if task.terminal else (resync,)
    moves = [move for move in (FIRST, *task.history) if move.revision > told.revision]
    events = [_of(move, task) for move in moves]
    step = next_step(moves[-1] if moves else told, task.change)
    return (*events, step) if step else tuple(events)


def next_event(before: Change, change: Change) -> TaskEvent | None:
    """What `change`, which came after `before`, is worth telling. None: nothing."""
    if change.revision <= before.revision:
        return None
    if (change.status, change.attempt) != (before.status, before.attempt):
        return _of(change, None)
    return next_step(before, change)


def next_step(before: Change, change: Change) -> TaskEvent | None:
    """Progress, if it is some."""
    if change.status is STARTED and change.progress > before.progress:
        return TaskEvent(Kind.PROGRESS, change)
    return None


def _of(change: Change, task: Task | None) -> TaskEvent:
    if change.status in TERMINAL:
        return TaskEvent(Kind.DONE, change, task)
    return TaskEvent(Kind.STATUS, change)


def _remembers(task: Task, revision: int) -> bool:
    """Whether every move after `revision` is still known. Not in a row that was written anew after
    the ledger was lost, nor in one that a release without a memory wrote."""
    if revision > task.revision:
        return False
    if not task.history:
        return task.status is PENDING and task.attempt == 0
    if task.history[-1].status is not task.status:
        return False
    return len(task.history) < HISTORY or revision >= task.history[0].revision - 1
