"""Any sequence of domain calls, at any time of any clock, keeps the promises made of a task."""

from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.model.due import Due, due_times, stranded
from domain.model.errors import DarkroomError, DeadlineExceeded, InternalError
from domain.model.life_cycle import (
    TaskPolicy,
    cancel,
    claim,
    claimable,
    erase,
    expire,
    fail,
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
    RETRY,
    STARTED,
    SUCCESS,
    TABLE,
    TERMINAL,
    WAITING,
    IllegalMove,
    Moved,
    StaleAttempt,
    Task,
    Timing,
)
from tests.unit.domain.some_tasks import PERMANENT, RESULT, TRANSIENT, request

ERRORS = (PERMANENT, TRANSIENT, InternalError(), DeadlineExceeded(retryable=False))
DRAWS = st.floats(0, 1, exclude_max=True)
ATTEMPTS_BACK = st.sampled_from([0, 0, 0, 1, -1])


class LifeOfATask(RuleBasedStateMachine):
    """The ledger is one row; every rule is a caller that may come at the wrong moment."""

    @initialize(
        created_at=st.sampled_from([0.0, 5.0, 1.7e9]),
        ttl_s=st.none() | st.integers(0, 100),
        max_attempts=st.integers(1, 4),
        timeout_s=st.sampled_from([0.0, 3.0, 60.0, 600.0]),
    )
    def submit(
        self, created_at: float, ttl_s: int | None, max_attempts: int, timeout_s: float
    ) -> None:
        self.now = created_at
        self.policy = TaskPolicy(retry=RetryPolicy(max_attempts=max_attempts), timeout_s=timeout_s)
        self.task = new_task("t-1", "acme", request(ttl_s=ttl_s), created_at)

    @rule(by_s=st.floats(-30, 900))
    def tick(self, by_s: float) -> None:
        self.now += by_s

    @rule()
    def claim(self) -> None:
        allowed = self.task.status in WAITING
        self.call(allowed, lambda: claim(self.task, self.now, "worker-1", self.policy))

    @rule(back=ATTEMPTS_BACK, progress=st.integers(0, 99))
    def renew(self, back: int, progress: int) -> None:
        self.write(back, lambda a: renew(self.task, a, self.now, self.policy, progress))

    @rule(back=ATTEMPTS_BACK)
    def succeed(self, back: int) -> None:
        self.write(
            back, lambda a: succeed(self.task, a, self.now, RESULT, Timing(infer_ms=3), self.policy)
        )

    @rule(back=ATTEMPTS_BACK, error=st.sampled_from(ERRORS), draw=DRAWS)
    def fail(self, back: int, error: DarkroomError, draw: float) -> None:
        self.write(back, lambda a: fail(self.task, a, self.now, error, self.policy, draw))

    @rule(back=ATTEMPTS_BACK)
    def hand_back(self, back: int) -> None:
        self.write(back, lambda a: hand_back(self.task, a, self.now))

    @rule()
    def lapse(self) -> None:
        until = self.task.lease_until
        allowed = self.task.status is STARTED and until is not None and until <= self.now
        self.call(allowed, lambda: lapse(self.task, self.now, self.policy))

    @rule()
    def cancel(self) -> None:
        self.call(True, lambda: cancel(self.task, self.now, self.policy))
        assert self.task.terminal or self.task.cancel_requested

    @rule()
    def expire(self) -> None:
        if overdue(self.task, self.now) or self.task.status not in WAITING:
            allowed = self.task.status in WAITING
            self.call(allowed, lambda: expire(self.task, self.now, self.policy))

    @rule()
    def publish(self) -> None:
        self.call(True, lambda: published(self.task, self.now))

    @rule()
    def erase(self) -> None:
        self.call(self.task.terminal, lambda: erase(self.task, self.now))

    @rule()
    def sweep(self) -> None:
        if self.task.erased_at is not None:
            self.call(True, lambda: swept(self.task))

    def write(self, back: int, worker_writes: Callable[[int], Moved | Task]) -> None:
        """A write of the attempt `back` before the current one: refused unless it is current."""
        attempt = self.task.attempt - back
        if self.task.status is STARTED and back == 0:
            self.store(worker_writes(attempt))
            return
        before = self.task
        try:
            worker_writes(attempt)
        except StaleAttempt:
            assert self.task is before
        else:
            raise AssertionError(f"attempt {attempt} wrote on {before}")

    def call(self, allowed: bool, decide: Callable[[], Moved | Task]) -> None:
        try:
            decided = decide()
        except IllegalMove:
            assert not allowed
        else:
            assert allowed
            self.store(decided)

    def store(self, decided: Moved | Task) -> None:
        before, self.task = self.task, decided.task if isinstance(decided, Moved) else decided
        if self.task is before:
            return
        assert self.task.revision == before.revision + 1
        self.check_step(before, self.task)
        if isinstance(decided, Moved) and decided.event:
            assert TABLE[before.status, decided.event.move] is self.task.status
            assert (decided.event.before, decided.event.task) == (before.status, self.task)
            assert decided.event.at == self.now
        else:
            assert self.task.status is before.status, "a status changed without an event"

    def check_step(self, before: Task, after: Task) -> None:
        claimed = before.status in WAITING and after.status is STARTED
        assert after.attempt - before.attempt == claimed
        assert after.charged - before.charged <= claimed
        if before.terminal:
            assert after.status is before.status
            assert after.finished_at == before.finished_at
            assert after.result == before.result or after.erased_at is not None
        if before.cancel_requested:
            assert after.cancel_requested
            assert after.status in {STARTED, CANCELED}
        if before.status is STARTED and after.attempt == before.attempt:
            assert after.progress >= before.progress

    @invariant()
    def counts_stay_in_bounds(self) -> None:
        task = self.task
        assert 0 <= task.charged <= task.attempt
        assert task.charged <= self.policy.retry.max_attempts
        assert 0 <= task.progress <= 100
        assert (task.progress == 100) == (task.status is SUCCESS)

    @invariant()
    def a_lease_is_held_while_running_and_never_beyond_the_limit(self) -> None:
        task = self.task
        assert (task.lease_until is not None) == (task.status is STARTED)
        if task.lease_until is not None:
            assert task.run_until is not None
            assert task.lease_until <= task.run_until
            assert task.worker

    @invariant()
    def each_state_has_what_it_needs(self) -> None:
        task = self.task
        assert (task.finished_at is not None) == (task.status in TERMINAL)
        assert (task.result is not None) == (task.status is SUCCESS and task.erased_at is None)
        if task.status is FAILURE and task.erased_at is None:
            assert task.error is not None
        if task.status is SUCCESS:
            assert task.error is None
        assert (task.not_before is not None) == (task.status is RETRY)

    @invariant()
    def due_times_fit_the_state(self) -> None:
        task, kinds = self.task, set(due_times(self.task))
        assert (Due.LEASE_OVER in kinds) == (task.status is STARTED)
        wants_a_wakeup = kinds & {Due.UNPUBLISHED, stranded(task.request.priority)}
        assert len(wants_a_wakeup) == (task.status in WAITING)
        assert (Due.START_OVERDUE in kinds) == (
            task.status in WAITING and task.start_by is not None
        )
        assert (Due.PURGEABLE in kinds) == (task.purge_at is not None)
        assert task.purge_at is None or task.terminal

    @invariant()
    def a_waiting_task_is_never_forgotten(self) -> None:
        """By its due times alone somebody comes for it, and then it may be claimed."""
        if self.task.status in WAITING:
            times, not_before = due_times(self.task), self.task.not_before or 0.0
            wakeup_lost = stranded(self.task.request.priority)
            at = times.get(Due.UNPUBLISHED, times.get(wakeup_lost))
            assert at is not None
            assert claimable(self.task, max(at, not_before))
            assert wakeup_lost in times or at >= not_before, "woken before it may be claimed"

    @invariant()
    def a_tombstone_is_empty(self) -> None:
        if self.task.erased_at is not None:
            assert self.task.forget_at is not None
            assert (self.task.result, self.task.error, self.task.warnings) == (None, None, ())
            assert (self.task.request.pictures, self.task.request.texts) == ({}, {})

    @invariant()
    def a_waiting_task_is_not_being_canceled(self) -> None:
        if self.task.status in WAITING:
            assert not self.task.cancel_requested, "a cancel of a waiting task ends it at once"
            assert (self.task.started_at is None) == (self.task.attempt == 0)


TestLifeOfATask = LifeOfATask.TestCase
TestLifeOfATask.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
