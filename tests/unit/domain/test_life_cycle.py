"""What a submit, a worker, a client and the clock decide: one example of each decision."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from domain.model.errors import DeviceFault, InternalError
from domain.model.life_cycle import (
    TOMBSTONE_S,
    TaskPolicy,
    cancel,
    claimable,
    erase,
    fail,
    fenced,
    hand_back,
    lapse,
    new_task,
    overdue,
    published,
    renew,
    succeed,
    swept,
)
from domain.model.retry import RetryPolicy
from domain.model.task import (
    CANCELED,
    FAILURE,
    PENDING,
    RETRY,
    STARTED,
    SUCCESS,
    TERMINAL,
    WAITING,
    IllegalMove,
    Moved,
    StaleAttempt,
    Task,
    TaskStatus,
    Timing,
)
from tests.unit.domain import some_tasks as some
from tests.unit.domain.some_tasks import NOW, POLICY

ONE_TRY = replace(POLICY, retry=RetryPolicy(max_attempts=1))


def moved(made: Moved) -> Task:
    return made.task


def test_a_new_task_waits_and_must_start_within_its_ttl() -> None:
    task = new_task("t-1", "acme", some.request(ttl_s=60), NOW, request_id="r-1")
    assert (task.status, task.attempt, task.revision) == (PENDING, 0, 1)
    assert (task.start_by, task.request_id) == (NOW + 60, "r-1")
    assert new_task("t-1", "acme", some.request(ttl_s=None), NOW).start_by is None


def test_a_retry_is_claimable_only_when_its_delay_is_over() -> None:
    task = some.retrying(draw=0.5)
    assert task.not_before == NOW + 0.5
    assert not claimable(task, NOW + 0.4)
    assert claimable(task, NOW + 0.5)


@pytest.mark.parametrize("status", sorted(set(TaskStatus) - WAITING))
def test_what_does_not_wait_is_neither_claimable_nor_overdue(status: TaskStatus) -> None:
    task = some.in_state(status)
    assert not claimable(task, NOW + 1e6)
    assert not overdue(task, NOW + 1e6)


def test_a_task_is_overdue_from_its_start_by_on() -> None:
    assert not overdue(some.pending(ttl_s=60), NOW + 59.9)
    assert overdue(some.pending(ttl_s=60), NOW + 60)
    assert not overdue(some.pending(ttl_s=None), NOW + 1e9)


def test_a_claim_begins_a_fresh_attempt() -> None:
    first = replace(some.started(), progress=40)
    second = some.started(some.retrying(first), NOW + 30)
    assert (second.attempt, second.charged, second.progress) == (2, 2, 40)
    assert (second.started_at, second.not_before) == (NOW + 30, None)
    assert second.timing.queue_ms == 30_000


def test_a_lease_is_renewed_up_to_the_limit_and_no_further() -> None:
    task = some.started()
    assert task.lease_until == NOW + 15
    assert renew(task, 1, NOW + 5, POLICY, 10).lease_until == NOW + 20
    assert renew(task, 1, NOW + 599, POLICY, 10).lease_until == NOW + 600
    assert renew(task, 1, NOW + 700, POLICY, 10).lease_until == NOW + 600


def test_a_limit_at_the_epoch_is_a_limit() -> None:
    """0.0 is a time like any other, not the absence of one."""
    policy = TaskPolicy(timeout_s=0.0)
    task = some.started(new_task("t-1", "acme", some.request(), 0.0), 0.0, policy)
    assert renew(task, 1, 5.0, policy, 0).lease_until == 0.0


def test_progress_never_goes_back() -> None:
    task = renew(some.started(), 1, NOW, POLICY, 60)
    assert renew(task, 1, NOW, POLICY, 20).progress == 60


WRITES: dict[str, Callable[[Task, int], object]] = {
    "fenced": fenced,
    "renew": lambda task, attempt: renew(task, attempt, NOW, POLICY, 0),
    "succeed": lambda task, attempt: succeed(task, attempt, NOW, some.RESULT, Timing(), POLICY),
    "fail": lambda task, attempt: fail(task, attempt, NOW, some.TRANSIENT, POLICY, 0.5),
    "hand_back": lambda task, attempt: hand_back(task, attempt, NOW),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("status", TaskStatus)
def test_every_write_of_a_worker_is_fenced(
    write: Callable[[Task, int], object], status: TaskStatus
) -> None:
    task = some.in_state(status)
    if status is STARTED:
        assert write(task, task.attempt)
    else:
        with pytest.raises(StaleAttempt):
            write(task, task.attempt)
    for stale in (task.attempt - 1, task.attempt + 1):
        with pytest.raises(StaleAttempt, match=f"attempt {stale} of t-1"):
            write(task, stale)


def test_success_keeps_the_result_the_times_and_the_retention() -> None:
    running = some.started(some.retrying(), NOW + 10)
    timing = Timing(infer_ms=850, queue_ms=999)
    task = succeed(running, 2, NOW + 12, some.RESULT, timing, POLICY).task
    assert (task.status, task.result, task.error) == (SUCCESS, some.RESULT, None)
    assert (task.progress, task.finished_at) == (100, NOW + 12)
    assert (task.timing.queue_ms, task.timing.infer_ms) == (10_000, 850)
    assert task.timing.total_ms == 12_000
    assert task.purge_at == NOW + 12 + POLICY.result_ttl_s


def test_what_took_its_process_or_device_along_runs_alone_from_then_on() -> None:
    assert not some.started().alone
    died = moved(lapse(some.started(), NOW + 15, POLICY))
    broke = moved(fail(some.started(), 1, NOW, DeviceFault(), POLICY, 0.5))
    failed = moved(fail(some.started(), 1, NOW, some.TRANSIENT, POLICY, 0.5))
    assert (died.alone, broke.alone, failed.alone) == (True, True, False)
    again = moved(fail(some.started(died, NOW + 20), 2, NOW, some.TRANSIENT, POLICY, 0.5))
    assert again.alone


def test_a_device_that_fails_every_time_ends_in_attempts_exhausted() -> None:
    task = moved(fail(some.started(), 1, NOW, DeviceFault(), ONE_TRY, 0.5))
    assert (task.status, task.error and task.error.code) == (FAILURE, "attempts_exhausted")


def test_a_transient_error_waits_and_a_permanent_one_ends() -> None:
    waiting = some.retrying()
    assert (waiting.status, waiting.published_at, waiting.worker) == (RETRY, None, None)
    assert waiting.error is not None
    assert (waiting.error.code, waiting.error.retryable) == ("fetch_failed", True)
    ended = some.failed(some.started()).task
    assert ended.error is not None
    assert (ended.status, ended.error.code, ended.error.attempts) == (FAILURE, "image_corrupt", 1)


def test_the_last_attempt_keeps_the_error_it_ended_with() -> None:
    task = fail(some.started(), 1, NOW, some.TRANSIENT, ONE_TRY, 0.5).task
    assert task.error is not None
    assert (task.status, task.error.code) == (FAILURE, "fetch_failed")


def test_an_unforeseen_error_at_last_says_that_the_attempts_are_used_up() -> None:
    task = fail(some.started(), 1, NOW, InternalError("boom"), ONE_TRY, 0.5).task
    assert task.error is not None
    assert (task.error.code, task.error.attempts) == ("attempts_exhausted", 1)
    assert task.error.message.endswith("Last error: boom")


@pytest.mark.parametrize("late", ["succeed", "fail"])
def test_a_cancel_comes_before_whatever_the_worker_says(late: str) -> None:
    moved = WRITES[late](some.canceling(), 1)
    assert isinstance(moved, Moved)
    assert (moved.task.status, moved.task.result) == (CANCELED, None)


def test_a_handed_back_task_waits_again_and_is_not_charged() -> None:
    task = some.handed_back()
    assert (task.status, task.attempt, task.charged) == (PENDING, 1, 0)
    assert (task.published_at, task.worker, task.lease_until) == (None, None, None)


def test_a_task_being_canceled_is_not_handed_back() -> None:
    """Else it would wait, and start again, after its cancel was promised."""
    moved = hand_back(some.canceling(), 1, NOW + 3)
    assert (moved.task.status, moved.event) == (STARTED, None)
    assert lapse(moved.task, NOW + 3, POLICY).task.status is CANCELED


def test_a_lost_lease_is_retried_at_once_and_stays_charged() -> None:
    moved = lapse(some.started(), NOW + 15, POLICY)
    assert (moved.task.status, moved.task.charged) == (RETRY, 1)
    assert moved.task.not_before == NOW + 15
    assert moved.event is not None
    assert moved.event.lapsed


@pytest.mark.parametrize("status", sorted(set(TaskStatus) - {STARTED}))
def test_only_a_running_task_has_a_lease_to_lose(status: TaskStatus) -> None:
    with pytest.raises(IllegalMove, match="not over"):
        lapse(some.in_state(status), NOW + 1e6, POLICY)


def test_a_lease_that_still_runs_is_not_lost() -> None:
    with pytest.raises(IllegalMove, match="not over"):
        lapse(some.started(), NOW + 14.9, POLICY)


def test_a_lost_lease_while_canceling_ends_in_canceled() -> None:
    assert lapse(some.canceling(), NOW + 15, ONE_TRY).task.status is CANCELED


def test_a_lease_renewed_up_to_the_limit_and_lost_is_a_deadline() -> None:
    hung = renew(some.started(), 1, NOW + 595, POLICY, 50)
    task = lapse(hung, NOW + 600, POLICY).task
    assert task.error is not None
    assert (task.status, task.error.code) == (FAILURE, "deadline_exceeded")


def test_a_worker_that_died_long_before_anybody_looked_did_not_run_into_the_limit() -> None:
    """A machine that was off for an hour runs its task again when it comes back."""
    assert lapse(some.started(), NOW + 3600, POLICY).task.status is RETRY


def test_a_worker_that_dies_at_the_last_attempt_exhausts_them() -> None:
    retried = some.retrying()
    policy = replace(POLICY, retry=RetryPolicy(max_attempts=2))
    task = lapse(some.started(retried), NOW + 15, policy).task
    assert task.error is not None
    assert (task.error.code, task.error.attempts) == ("attempts_exhausted", 2)
    assert "could not be fetched" in task.error.message


def test_a_cancel_ends_what_waits_and_flags_what_runs() -> None:
    for waiting in (some.pending(), some.retrying(), some.handed_back()):
        moved = cancel(waiting, NOW, POLICY)
        assert isinstance(moved, Moved)
        assert moved.task.status is CANCELED
    flagged = some.canceling()
    assert (flagged.status, flagged.cancel_requested) == (STARTED, True)
    assert cancel(flagged, NOW, POLICY) is flagged


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_a_cancel_leaves_what_has_ended(status: TaskStatus) -> None:
    task = some.in_state(status)
    assert cancel(task, NOW, POLICY) is task


def test_published_notes_when() -> None:
    assert published(some.pending(), NOW + 1).published_at == NOW + 1


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_a_tombstone_keeps_the_names_and_nothing_else(status: TaskStatus) -> None:
    task = replace(some.in_state(status), warnings=("dark",))
    task = replace(task, request=some.request(client_request_id="c-1", texts={"prompt": "secret"}))
    stone = erase(task, NOW + 99)
    assert (stone.status, stone.request.model) == (status, "echo")
    assert stone.request.client_request_id == "c-1"
    assert "secret" not in repr(stone)
    assert (stone.result, stone.error, stone.warnings) == (None, None, ())
    assert (stone.erased_at, stone.forget_at) == (NOW + 99, NOW + 99 + TOMBSTONE_S)
    assert stone.purge_at == NOW + 99, "its files are still to be removed"
    assert swept(stone).purge_at is None


@pytest.mark.parametrize("status", sorted(set(TaskStatus) - TERMINAL))
def test_what_has_not_ended_is_not_erased(status: TaskStatus) -> None:
    with pytest.raises(IllegalMove, match="can't be erased"):
        erase(some.in_state(status), NOW)
