"""The reasons for a task's moves: what a submit, a worker, a client and the clock decide."""

from dataclasses import dataclass, replace
from typing import Any

from domain.model.errors import (
    AttemptsExhausted,
    DarkroomError,
    DeadlineExceeded,
    DeviceFault,
    InternalError,
)
from domain.model.request import TaskRequest
from domain.model.retry import RetryPolicy
from domain.model.task import (
    STARTED,
    TERMINAL,
    WAITING,
    Failure,
    IllegalMove,
    Move,
    Moved,
    Result,
    StaleAttempt,
    Task,
    Timing,
    move,
    note,
)

TOMBSTONE_S = 30 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPolicy:
    """The numbers that shape a life. `lease_s` is renewed every third of itself; an attempt
    ends after `timeout_s`; a finished task is kept for `result_ttl_s`."""

    retry: RetryPolicy = RetryPolicy()
    lease_s: float = 15.0
    timeout_s: float = 600.0
    ttl_s: float | None = None
    result_ttl_s: float = 604_800.0


def new_task(task_id: str, tenant: str, request: TaskRequest, now: float, **facts: object) -> Task:
    """A PENDING row. `start_by` follows from the request's `ttl_s`."""
    start_by = None if request.ttl_s is None else now + request.ttl_s
    given: dict[str, Any] = {"fingerprint": "", "start_by": start_by, **facts}
    return Task(task_id=task_id, tenant=tenant, request=request, created_at=now, **given)


def claimable(task: Task, now: float) -> bool:
    """Whether a wake-up may start it now; everything else it says is not believed."""
    return task.status in WAITING and (task.not_before is None or task.not_before <= now)


def overdue(task: Task, now: float) -> bool:
    """Whether its time to be started has passed."""
    return task.status in WAITING and task.start_by is not None and task.start_by <= now


def claim(task: Task, now: float, worker: str, policy: TaskPolicy) -> Moved:
    """Start the next attempt under a lease. From here on `attempt` fences every write."""
    run_until = now + policy.timeout_s
    return move(
        task, Move.CLAIM, now,
        attempt=task.attempt + 1, charged=task.charged + 1, worker=worker,
        started_at=now, lease_until=min(now + policy.lease_s, run_until), run_until=run_until,
        not_before=None, timing=Timing(queue_ms=round(1000 * max(0.0, now - task.created_at))),
    )  # fmt: skip


def renew(task: Task, attempt: int, now: float, policy: TaskPolicy, progress: int) -> Task:
    """The lease, longer, but never beyond the attempt's time limit. Progress never goes back,
    also not to where a later attempt stands."""
    current = fenced(task, attempt)
    until = _within_limit(current, now + policy.lease_s)
    return note(current, lease_until=until, progress=max(current.progress, progress))


def fenced(task: Task, attempt: int) -> Task:
    """`task` if `attempt` is still its running one, else `StaleAttempt`."""
    if task.status is not STARTED or task.attempt != attempt:
        raise StaleAttempt(f"attempt {attempt} of {task.task_id} is over")
    return task


def succeed(
    task: Task, attempt: int, now: float, result: Result, timing: Timing, policy: TaskPolicy,
    **facts: Any,
) -> Moved:  # fmt: skip
    """SUCCESS, unless a cancel was asked for first: then the late result is refused. `facts`: what
    else the attempt has to say, its device and its warnings."""
    current = fenced(task, attempt)
    if current.cancel_requested:
        return _end(current, Move.CANCEL, now, policy, **facts)
    timing = replace(timing, queue_ms=current.timing.queue_ms)
    return _end(current, Move.SUCCEED, now, policy, result=result, timing=timing, progress=100,
                error=None, **facts)  # fmt: skip


def fail(
    task: Task, attempt: int, now: float, error: DarkroomError, policy: TaskPolicy, draw: float
) -> Moved:
    """RETRY or FAILURE, as the error and the attempts left decide. A cancel comes first."""
    current = fenced(task, attempt)
    if current.cancel_requested:
        return _end(current, Move.CANCEL, now, policy)
    decision = policy.retry.decide(retryable=error.retryable, charged=current.charged, draw=draw)
    failure = Failure(error.code, error.detail, error.retryable, current.charged)
    if decision.reason == "exhausted" and isinstance(error, InternalError | DeviceFault):
        failure = _gave_up(replace(current, error=failure), AttemptsExhausted())
    if decision.delay_s is None:
        return _end(current, Move.FAIL, now, policy, error=failure)
    return _wait_again(
        current, Move.POSTPONE, now, now + decision.delay_s, error=failure,
        alone=current.alone or isinstance(error, DeviceFault),
    )  # fmt: skip


def hand_back(task: Task, attempt: int, now: float) -> Moved:
    """A draining worker returns its task unharmed: back to the queue, and not charged.

    One that is being canceled does not go back: its lease ends now, so `lapse` cancels it."""
    current = fenced(task, attempt)
    if current.cancel_requested:
        return Moved(note(current, lease_until=_within_limit(current, now)), None)
    return _wait_again(current, Move.HAND_BACK, now, None, charged=current.charged - 1)


def lapse(task: Task, now: float, policy: TaskPolicy) -> Moved:
    """The lease is over: the worker died, hangs or was cut off. The attempt stays charged.

    A lease that was renewed up to the time limit belongs to an attempt that ran into it. One that
    ended sooner belongs to a worker that died, however late anybody notices."""
    if task.status is not STARTED or task.lease_until is None or task.lease_until > now:
        raise IllegalMove(f"the lease of {task.task_id} is not over")
    if task.cancel_requested:
        return _end(task, Move.CANCEL, now, policy, lapsed=True)
    if task.run_until is not None and task.run_until <= task.lease_until:
        return _end_lapsed(task, DeadlineExceeded(), now, policy)
    if task.charged >= policy.retry.max_attempts:
        return _end_lapsed(task, AttemptsExhausted(), now, policy)
    return _wait_again(task, Move.POSTPONE, now, now, lapsed=True, alone=True)


def cancel(task: Task, now: float, policy: TaskPolicy) -> Moved | Task:
    """A waiting task ends at once; a running one gets the flag; a finished one stays as it is."""
    if task.status in WAITING:
        return _end(task, Move.CANCEL, now, policy)
    if task.status in TERMINAL or task.cancel_requested:
        return task
    return note(task, cancel_requested=True)


def expire(task: Task, now: float, policy: TaskPolicy) -> Moved:
    """EXPIRED: not started before its `start_by`."""
    return _end(task, Move.EXPIRE, now, policy)


def published(task: Task, now: float) -> Task:
    """A wake-up for it lies in the queue."""
    return note(task, published_at=now)


def erase(task: Task, now: float) -> Task:
    """The tombstone of a terminal task: known, but empty, for 30 days. It stays purgeable until
    its files are gone too (`swept`), so that a crash between the two leaves nothing behind."""
    if not task.terminal:
        raise IllegalMove(f"{task.status} can't be erased")
    empty = TaskRequest(model=task.request.model, client_request_id=task.request.client_request_id)
    return note(
        task, request=empty, result=None, error=None, warnings=(), trace={},
        erased_at=now, purge_at=now, forget_at=now + TOMBSTONE_S,
    )  # fmt: skip


def swept(task: Task) -> Task:
    """The tombstone's files are gone."""
    return note(task, purge_at=None)


def _within_limit(task: Task, at: float) -> float:
    return at if task.run_until is None else min(at, task.run_until)


def _end_lapsed(task: Task, error: DarkroomError, now: float, policy: TaskPolicy) -> Moved:
    return _end(task, Move.FAIL, now, policy, error=_gave_up(task, error), lapsed=True)


def _gave_up(task: Task, error: DarkroomError) -> Failure:
    last = f" Last error: {task.error.message}" if task.error else ""
    return Failure(error.code, error.detail + last, error.retryable, task.charged)


def _end(
    task: Task, by: Move, now: float, policy: TaskPolicy, *, timing: Timing | None = None,
    **changes: Any,
) -> Moved:  # fmt: skip
    total_ms = round(1000 * max(0.0, now - task.created_at))
    return move(task, by, now, finished_at=now, lease_until=None, not_before=None,
                purge_at=now + policy.result_ttl_s,
                timing=replace(timing or task.timing, total_ms=total_ms), **changes)  # fmt: skip


def _wait_again(
    task: Task, by: Move, now: float, not_before: float | None, **changes: Any
) -> Moved:
    return move(task, by, now, lease_until=None, run_until=None, worker=None, published_at=None,
                not_before=not_before, **changes)  # fmt: skip
