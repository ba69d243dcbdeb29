"""What every line of waiting tasks answers."""

import pytest

from domain.model.life_cycle import claim, published
from domain.model.priority import Priority
from domain.model.request import TaskRequest
from domain.model.task import Task
from ports.task_store import TaskStore
from ports.waiting_line import WaitingLine
from tests.contract.task_factory import POLICY, START, pending


class WaitingLineClauses:
    """Fixtures: `line`, which is also the ledger `store`, empty."""

    pytestmark = pytest.mark.anyio

    async def queued(
        self, store: TaskStore, at: float, priority: Priority = Priority.NORMAL
    ) -> Task:
        """A waiting task whose wake-up was published then."""
        request = TaskRequest(model="echo", priority=priority)
        task = await store.insert_once(pending(request=request), None)
        note = published(task, at)
        assert await store.replace(note, task.revision)
        return note

    async def test_1_the_older_ones_go_first(self, store: TaskStore, line: WaitingLine) -> None:
        tasks = [await self.queued(store, START + at) for at in (0, 2, 1)]
        assert [await line.ahead_of(task) for task in tasks] == [0, 2, 1]

    async def test_2_the_more_urgent_ones_go_first(
        self, store: TaskStore, line: WaitingLine
    ) -> None:
        low = await self.queued(store, START, Priority.LOW)
        normal = await self.queued(store, START + 1, Priority.NORMAL)
        high = await self.queued(store, START + 2, Priority.HIGH)
        other = await self.queued(store, START + 3, Priority.HIGH)
        assert [await line.ahead_of(task) for task in (high, other, normal, low)] == [0, 1, 2, 3]

    async def test_3_who_started_stands_in_nobodys_way(
        self, store: TaskStore, line: WaitingLine
    ) -> None:
        first, second = [await self.queued(store, START + at) for at in (0, 1)]
        assert await store.replace(claim(first, START, "w", POLICY).task, first.revision)
        assert await line.ahead_of(second) == 0
        assert await line.ahead_of(first) is None

    async def test_4_who_is_not_known_to_lie_in_the_queue_has_no_place(
        self, store: TaskStore, line: WaitingLine
    ) -> None:
        await self.queued(store, START)
        task = await store.insert_once(pending(), None)
        assert await line.ahead_of(task) is None
        assert await line.ahead_of(pending()) is None
