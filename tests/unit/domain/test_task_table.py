"""The table is the whole life cycle: what it lists works, what it leaves out raises."""

from dataclasses import fields
from itertools import product

import pytest

from domain.model.task import (
    SUCCESS,
    TABLE,
    TERMINAL,
    WAITING,
    IllegalMove,
    Move,
    Moved,
    Task,
    TaskStatus,
    move,
    note,
)
from tests.unit.domain.some_tasks import NOW, in_state, pending

PAIRS = list(product(TaskStatus, Move))


@pytest.mark.parametrize(("status", "by"), [pair for pair in PAIRS if pair not in TABLE])
def test_a_move_outside_the_table_is_illegal(status: TaskStatus, by: Move) -> None:
    with pytest.raises(IllegalMove, match=status):
        move(in_state(status), by, NOW)


@pytest.mark.parametrize(("status", "by"), list(TABLE))
def test_a_move_of_the_table_arrives_where_it_says(status: TaskStatus, by: Move) -> None:
    before = in_state(status)
    moved = move(before, by, NOW)
    assert moved.task.status is TABLE[status, by]
    assert moved.task.revision == before.revision + 1
    assert moved.event is not None
    assert (moved.event.task, moved.event.before, moved.event.move) == (moved.task, status, by)


def test_terminal_states_have_no_way_out_and_all_others_have_one() -> None:
    left = {status for status, _ in TABLE}
    assert left == set(TaskStatus) - TERMINAL


def test_every_state_can_be_reached_from_pending() -> None:
    reached = {TaskStatus.PENDING}
    for _ in TaskStatus:
        reached |= {to for (start, _), to in TABLE.items() if start in reached}
    assert reached == set(TaskStatus)


def test_only_a_running_task_succeeds() -> None:
    assert [start for (start, _), to in TABLE.items() if to is SUCCESS] == [TaskStatus.STARTED]


def test_waiting_and_terminal_leave_only_started() -> None:
    assert set(TaskStatus) - WAITING - TERMINAL == {TaskStatus.STARTED}


def test_a_note_changes_the_revision_and_what_it_notes_only() -> None:
    before = pending()
    after = note(before, progress=7)
    differing = {f.name for f in fields(Task) if getattr(before, f.name) != getattr(after, f.name)}
    assert differing == {"progress", "revision"}
    assert after.revision == before.revision + 1


@pytest.mark.parametrize(("status", "by"), list(TABLE))
def test_the_caller_hears_of_ends_and_of_nothing_else(status: TaskStatus, by: Move) -> None:
    task = in_state(status)
    with_address = Task(**{
        **{f.name: getattr(task, f.name) for f in fields(Task)},
        "request": pending(callback_url="https://example.com/hook").request,
    })  # fmt: skip
    assert move(task, by, NOW).outbox == ()
    moved = move(with_address, by, NOW)
    kinds = {"SUCCESS": "succeeded", "FAILURE": "failed", "CANCELED": "canceled",
             "EXPIRED": "expired"}  # fmt: skip
    expected = [f"task.{kinds[moved.task.status]}"] if moved.task.terminal else []
    assert [row.type for row in moved.outbox] == expected
    assert [row.task_id for row in moved.outbox] == [task.task_id] * len(expected)


def test_outbox_rows_of_one_task_have_names_of_their_own() -> None:
    rows = [row.delivery_id for moved in ends() for row in moved.outbox]
    assert len(rows) == 2
    assert len(set(rows)) == 1, "the same end, told again, is the same row"


def ends() -> list[Moved]:
    task = pending(callback_url="https://example.com/hook")
    return [move(task, Move.CANCEL, NOW), move(task, Move.CANCEL, NOW + 1)]
