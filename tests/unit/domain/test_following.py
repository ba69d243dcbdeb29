"""What a stream tells of a row, and of what followed it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.model.errors import FetchFailed
from domain.model.following import Kind, TaskEvent, as_it_is, next_event, since
from domain.model.life_cycle import TaskPolicy, claim, fail, hand_back, renew, succeed
from domain.model.retry import RetryPolicy
from domain.model.task import HISTORY, PENDING, STARTED, SUCCESS, Change, Task, Timing, note
from tests.contract.task_factory import POLICY, RESULT, START, pending

PATIENT = TaskPolicy(retry=RetryPolicy(max_attempts=100))


def told(events: Sequence[TaskEvent]) -> list[tuple[str, str, int]]:
    return [(each.kind, each.change.status, each.change.revision) for each in events]


def succeeded(task: Task) -> Task:
    started = claim(task, START, "w", POLICY).task
    return succeed(started, started.attempt, START, RESULT, Timing(), POLICY).task


def tried_again(task: Task, times: int = 1) -> Task:
    for _ in range(times):
        started = claim(task, START, "w", PATIENT).task
        task = fail(started, started.attempt, START, FetchFailed(), PATIENT, 0.0).task
    return task


def test_who_comes_without_a_past_is_told_how_it_stands() -> None:
    assert told(as_it_is(pending())) == [("status", "PENDING", 1)]
    done = as_it_is(succeeded(pending()))
    assert told(done) == [("done", "SUCCESS", 3)]
    assert done[0].task is not None


def test_who_comes_again_is_told_each_move_he_missed() -> None:
    ended = succeeded(tried_again(pending()))
    everything = [
        ("status", "PENDING", 1), ("status", "STARTED", 2), ("status", "RETRY", 3),
        ("status", "STARTED", 4), ("done", "SUCCESS", 5),
    ]  # fmt: skip
    for seen in range(len(everything) + 1):
        assert told(since(ended, Change(seen, PENDING))) == everything[seen:]


def test_nothing_is_told_of_notes_but_progress() -> None:
    waiting = note(pending(), published_at=START)
    assert since(waiting, Change(1, PENDING)) == ()
    started = claim(waiting, START, "w", POLICY).task
    renewed = renew(started, 1, START, POLICY, 0)
    assert since(renewed, started.change) == ()
    grown = renew(renewed, 1, START, POLICY, 30)
    assert told(since(grown, started.change)) == [("progress", "STARTED", 5)]
    assert told(since(grown, waiting.change)) == [
        ("status", "STARTED", 3), ("progress", "STARTED", 5),
    ]  # fmt: skip


def test_who_missed_more_than_is_remembered_is_told_to_forget() -> None:
    task = tried_again(pending(), HISTORY)
    first = task.history[0].revision
    assert len(task.history) == HISTORY
    assert told(since(task, Change(first - 1, PENDING)))[0] == ("status", "STARTED", first)
    [resync] = since(task, Change(first - 2, PENDING))
    assert (resync.kind, resync.change, resync.task) == (Kind.RESYNC, task.change, task)


@pytest.mark.parametrize("revision", [9, 10**18])
def test_an_id_from_another_life_of_the_row_is_told_to_forget(revision: int) -> None:
    """After a flush of the ledger the row is written anew from its message."""
    assert told(since(pending(), Change(revision, PENDING))) == [("resync", "PENDING", 1)]
    ended = succeeded(pending())
    assert told(since(ended, Change(revision, PENDING))) == [
        ("resync", "SUCCESS", 3), ("done", "SUCCESS", 3),
    ]  # fmt: skip


def test_a_row_of_a_release_without_a_memory_is_told_whole() -> None:
    ended = replace(succeeded(pending()), history=())
    assert [kind for kind, *_ in told(since(ended, Change(1, PENDING)))] == ["resync", "done"]


def test_progress_is_not_told_backwards_over_attempts() -> None:
    started = claim(pending(), START, "w", POLICY).task
    grown = renew(started, 1, START, POLICY, 60)
    again = claim(hand_back(grown, 1, START).task, START, "w", POLICY).task
    assert (again.attempt, again.progress) == (2, 60)
    assert renew(again, 2, START, POLICY, 20).progress == 60


STATUSES = st.sampled_from([PENDING, STARTED, SUCCESS])


@given(st.lists(st.builds(Change, st.integers(1, 9), STATUSES, st.just(1), st.integers(0, 99))))
def test_changes_in_any_order_are_never_told_backwards(changes: list[Change]) -> None:
    at = Change(1, STARTED, 1, 0)
    for change in changes:
        event = next_event(at, change)
        if event is None:
            continue
        assert event.change.revision > at.revision
        if event.kind is Kind.PROGRESS:
            assert event.change.progress > at.progress
        at = event.change
