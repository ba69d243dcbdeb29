"""What every task watch hears of the ledger it belongs to."""

import asyncio
from collections.abc import Callable

import pytest

from domain.model.life_cycle import claim
from domain.model.task import STARTED, SUCCESS, Task, TaskStatus
from ports.task_store import TaskStore
from ports.task_watch import Changed, TaskWatch
from tests.contract.task_factory import POLICY, START, pending, succeeded

SOON_S = 10.0
"""Far more than any of this takes."""


async def heard(changed: Changed) -> TaskStatus:
    """The next change told. A watch may also tell anybody to look for himself."""
    async with asyncio.timeout(SOON_S):
        while (status := await changed(SOON_S)) is None:
            continue
        return status


async def stored(store: TaskStore, change: Callable[[Task], Task]) -> Task:
    task = await store.insert_once(pending(), None)
    assert await store.replace(change(task), task.revision)
    return task


class TaskWatchClauses:
    """Fixtures: `store`, an empty ledger, and `watch`, started, which hears of its changes."""

    pytestmark = pytest.mark.anyio

    async def test_1_who_listens_hears_each_change_in_turn(
        self, store: TaskStore, watch: TaskWatch
    ) -> None:
        task = await store.insert_once(pending(), None)
        with watch.listen(task.task_id) as changed:
            claimed = claim(task, START, "w", POLICY).task
            ended = succeeded(task, START)
            assert await store.replace(claimed, task.revision)
            assert await store.replace(ended, claimed.revision)
            assert [await heard(changed), await heard(changed)] == [STARTED, SUCCESS]

    async def test_2_everybody_who_listens_hears(self, store: TaskStore, watch: TaskWatch) -> None:
        task = await store.insert_once(pending(), None)
        with watch.listen(task.task_id) as one, watch.listen(task.task_id) as other:
            assert await store.replace(claim(task, START, "w", POLICY).task, task.revision)
            assert await asyncio.gather(heard(one), heard(other)) == [STARTED, STARTED]

    async def test_3_each_hears_of_its_own_task(self, store: TaskStore, watch: TaskWatch) -> None:
        mine = await store.insert_once(pending(), None)
        with watch.listen(mine.task_id) as changed:
            await stored(store, lambda task: claim(task, START, "w", POLICY).task)
            assert await store.replace(succeeded(mine, START), mine.revision)
            assert await heard(changed) is SUCCESS

    async def test_4_a_refused_write_is_not_told(self, store: TaskStore, watch: TaskWatch) -> None:
        task = await store.insert_once(pending(), None)
        with watch.listen(task.task_id) as changed:
            assert not await store.replace(succeeded(task, START), task.revision + 5)
            assert await store.replace(claim(task, START, "w", POLICY).task, task.revision)
            assert await heard(changed) is STARTED

    async def test_5_waiting_has_an_end(self, watch: TaskWatch) -> None:
        with watch.listen("nobody") as changed:
            async with asyncio.timeout(SOON_S):
                while await changed(0.05) is not None:
                    pass

    async def test_6_who_left_is_told_no_more_and_others_are(
        self, store: TaskStore, watch: TaskWatch
    ) -> None:
        task = await store.insert_once(pending(), None)
        with watch.listen(task.task_id) as staying:
            with watch.listen(task.task_id):
                pass
            assert await store.replace(claim(task, START, "w", POLICY).task, task.revision)
            assert await heard(staying) is STARTED
