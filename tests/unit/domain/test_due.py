"""When a task needs attention, by kind."""

import pytest

from domain.model.due import PUBLISH_GRACE_S, Due, due_times
from domain.model.life_cycle import erase, lapse, published, renew, swept
from domain.model.task import TERMINAL, TaskStatus
from tests.unit.domain import some_tasks as some
from tests.unit.domain.some_tasks import NOW, POLICY


def test_a_fresh_task_is_its_submitters_for_the_grace_period() -> None:
    assert due_times(some.pending(ttl_s=None)) == {Due.UNPUBLISHED: NOW + PUBLISH_GRACE_S}


def test_a_published_task_may_have_lost_its_wakeup() -> None:
    task = published(some.pending(ttl_s=60), NOW + 1)
    assert due_times(task) == {
        Due.STRANDED_NORMAL: NOW + 1 + PUBLISH_GRACE_S,
        Due.START_OVERDUE: NOW + 60,
    }


def test_a_retry_is_published_when_its_delay_is_over() -> None:
    assert due_times(some.retrying(draw=0.5))[Due.UNPUBLISHED] == NOW + 0.5


def test_a_lost_lease_is_published_at_once() -> None:
    assert due_times(lapse(some.started(), NOW + 15, POLICY).task)[Due.UNPUBLISHED] == NOW + 15


def test_a_handed_back_task_is_published_at_once() -> None:
    assert due_times(some.handed_back())[Due.UNPUBLISHED] <= NOW


def test_a_running_task_is_due_when_its_lease_is_over() -> None:
    assert due_times(some.started()) == {Due.LEASE_OVER: NOW + 15}
    assert due_times(renew(some.started(), 1, NOW + 5, POLICY, 0)) == {Due.LEASE_OVER: NOW + 20}


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_an_ended_task_is_only_ever_purged(status: TaskStatus) -> None:
    task = some.in_state(status)
    assert due_times(task) == {Due.PURGEABLE: task.purge_at}


def test_a_tombstone_is_purgeable_until_its_files_are_gone() -> None:
    stone = erase(some.succeeded().task, NOW + 9)
    assert due_times(stone) == {Due.PURGEABLE: NOW + 9}
    assert due_times(swept(stone)) == {}
