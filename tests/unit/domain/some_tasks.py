"""Tasks in every state, made the way the service makes them: by domain calls only."""

from domain.model.errors import FetchFailed, ImageCorrupt
from domain.model.life_cycle import (
    TaskPolicy,
    cancel,
    claim,
    expire,
    fail,
    hand_back,
    new_task,
    succeed,
)
from domain.model.request import TaskRequest
from domain.model.retry import RetryPolicy
from domain.model.task import Moved, Result, Task, TaskStatus, Timing

NOW = 1_700_000_000.0
POLICY = TaskPolicy(retry=RetryPolicy(max_attempts=3), lease_s=15.0, timeout_s=600.0)
RESULT = Result(key="results/a", content_type="image/png", bytes=3, sha256="ab", size=(4, 4))
TRANSIENT = FetchFailed()
PERMANENT = ImageCorrupt()


def request(**changes: object) -> TaskRequest:
    return TaskRequest(**{"model": "echo", "ttl_s": 60, **changes})  # type: ignore[arg-type]


def pending(**changes: object) -> Task:
    return new_task("t-1", "acme", request(**changes), NOW)


def started(task: Task | None = None, now: float = NOW, policy: TaskPolicy = POLICY) -> Task:
    return claim(task or pending(), now, "worker-1", policy).task


def canceling(task: Task | None = None) -> Task:
    flagged = cancel(task or started(), NOW, POLICY)
    assert isinstance(flagged, Task)
    return flagged


def failed(task: Task, policy: TaskPolicy = POLICY) -> Moved:
    return fail(task, task.attempt, NOW, PERMANENT, policy, 0.0)


def retrying(task: Task | None = None, draw: float = 0.5) -> Task:
    running = task or started()
    return fail(running, running.attempt, NOW, TRANSIENT, POLICY, draw).task


def succeeded(task: Task | None = None) -> Moved:
    running = task or started()
    return succeed(running, running.attempt, NOW, RESULT, Timing(infer_ms=5), POLICY)


def handed_back(task: Task | None = None) -> Task:
    running = task or started()
    return hand_back(running, running.attempt, NOW).task


def canceled() -> Task:
    moved = cancel(pending(), NOW, POLICY)
    assert isinstance(moved, Moved)
    return moved.task


def in_state(status: TaskStatus) -> Task:
    """A task with this status, its whole history told by domain calls."""
    return {
        TaskStatus.PENDING: pending,
        TaskStatus.STARTED: started,
        TaskStatus.RETRY: retrying,
        TaskStatus.SUCCESS: lambda: succeeded().task,
        TaskStatus.FAILURE: lambda: failed(started()).task,
        TaskStatus.CANCELED: canceled,
        TaskStatus.EXPIRED: lambda: expire(pending(), NOW + 60, POLICY).task,
    }[status]()
