"""A message holds what is needed to rebuild the row, and nothing of its state."""

from domain.model.wakeup import VERSION, wakeup_for
from tests.unit.domain import some_tasks as some


def test_a_wakeup_carries_the_whole_request() -> None:
    task = some.retrying()
    wakeup = wakeup_for(task)
    assert wakeup.v == VERSION
    assert (wakeup.task_id, wakeup.tenant) == (task.task_id, task.tenant)
    assert wakeup.request is task.request
    assert (wakeup.priority, wakeup.created_at) == (task.request.priority, task.created_at)


def test_every_wakeup_of_a_task_is_the_same() -> None:
    assert wakeup_for(some.retrying()) == wakeup_for(some.pending())
