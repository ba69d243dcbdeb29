from adapters.telemetry.ended_tasks import EndedTasks
from domain.model.events import UnknownWakeup
from domain.model.life_cycle import claim, succeed
from domain.model.task import Moved, Task, Timing
from tests.contract.task_factory import POLICY, RESULT, START, pending


def ended(memory: EndedTasks) -> Task:
    """One more task that was claimed and ended."""
    started = claim(pending(), START, "w", POLICY)
    success = succeed(started.task, 1, START, RESULT, Timing(), POLICY)
    tell(memory, started, success)
    return success.task


def tell(memory: EndedTasks, *moves: Moved) -> None:
    for each in moves:
        assert each.event is not None
        memory.record(each.event)


def test_how_a_task_ended_is_told_once() -> None:
    memory = EndedTasks()
    task = ended(memory)
    assert memory.take(task.task_id) == task
    assert memory.take(task.task_id) is None


def test_of_what_may_still_change_nothing_is_remembered() -> None:
    memory, started = EndedTasks(), claim(pending(), START, "w", POLICY)
    tell(memory, started)
    memory.record(UnknownWakeup("t-1"))
    assert memory.take(started.task.task_id) is None
    assert memory.take("t-1") is None


def test_the_oldest_make_room() -> None:
    memory = EndedTasks(room=2)
    tasks = [ended(memory) for _ in range(3)]
    assert [memory.take(task.task_id) for task in tasks] == [None, *tasks[1:]]


def test_those_nobody_asked_for_are_told_at_once_and_once() -> None:
    memory = EndedTasks()
    taken, *left = [ended(memory) for _ in range(3)]
    memory.take(taken.task_id)
    assert list(memory.take_all()) == left
    assert list(memory.take_all()) == []
