"""What every event bus hears of the ledger it belongs to."""

import asyncio
from collections.abc import Callable

import pytest

from domain.model.life_cycle import claim, renew
from domain.model.task import STARTED, SUCCESS, Change, Task, TaskStatus
from ports.event_bus import MISSED, Changed, EventBus
from ports.task_store import TaskStore
from tests.contract.task_factory import POLICY, START, pending, succeeded

SOON_S = 10.0
"""Far more than any of this takes."""


async def heard(changed: Changed) -> TaskStatus:
    return (await next_change(changed)).status


async def next_change(changed: Changed) -> Change:
    """The next change told. A bus may also tell anybody to look for himself."""
    async with asyncio.timeout(SOON_S):
        while (change := await changed(SOON_S)) in (None, MISSED):
            continue
        assert change is not None
        return change


async def stored(store: TaskStore, change: Callable[[Task], Task]) -> Task:
    task = await store.insert_once(pending(), None)
    assert await store.replace(change(task), task.revision)
    return task


class EventBusClauses:
    """Fixtures: `store`, an empty ledger, and `bus`, started, which hears of its changes."""

    pytestmark = pytest.mark.anyio

    async def test_1_who_listens_hears_each_change_in_turn(
        self, store: TaskStore, bus: EventBus
    ) -> None:
        task = await store.insert_once(pending(), None)
        with bus.listen(task.task_id) as changed:
            claimed = claim(task, START, "w", POLICY).task
            ended = succeeded(task, START)
            assert await store.replace(claimed, task.revision)
            assert await store.replace(ended, claimed.revision)
            assert [await heard(changed), await heard(changed)] == [STARTED, SUCCESS]

    async def test_2_everybody_who_listens_hears(self, store: TaskStore, bus: EventBus) -> None:
        task = await store.insert_once(pending(), None)
        with bus.listen(task.task_id) as one, bus.listen(task.task_id) as other:
            assert await store.replace(claim(task, START, "w", POLICY).task, task.revision)
            assert await asyncio.gather(heard(one), heard(other)) == [STARTED, STARTED]

    async def test_3_each_hears_of_its_own_task(self, store: TaskStore, bus: EventBus) -> None:
        mine = await store.insert_once(pending(), None)
        with bus.listen(mine.task_id) as changed:
            await stored(store, lambda task: claim(task, START, "w", POLICY).task)
            assert await store.replace(succeeded(mine, START), mine.revision)
            assert await heard(changed) is SUCCESS

    async def test_4_a_refused_write_is_not_told(self, store: TaskStore, bus: EventBus) -> None:
        task = await store.insert_once(pending(), None)
        with bus.listen(task.task_id) as changed:
            assert not await store.replace(succeeded(task, START), task.revision + 5)
            assert await store.replace(claim(task, START, "w", POLICY).task, task.revision)
            assert await heard(changed) is STARTED

    async def test_5_waiting_has_an_end(self, bus: EventBus) -> None:
        with bus.listen("nobody") as changed:
            async with asyncio.timeout(SOON_S):
                while await changed(0.05) is not None:
                    pass

    async def test_6_who_left_is_told_no_more_and_others_are(
        self, store: TaskStore, bus: EventBus
    ) -> None:
        task = await store.insert_once(pending(), None)
        with bus.listen(task.task_id) as staying:
            with bus.listen(task.task_id):
                pass
            assert await store.replace(claim(task, START, "w", POLICY).task, task.revision)
            assert await heard(staying) is STARTED

    async def test_7_progress_is_told_with_the_revision_it_is_stored_under(
        self, store: TaskStore, bus: EventBus
    ) -> None:
        task = await store.insert_once(pending(), None)
        with bus.listen(task.task_id) as changed:
            claimed = claim(task, START, "w", POLICY).task
            assert await store.replace(claimed, task.revision)
            renewed = renew(claimed, 1, START, POLICY, 40)
            assert await store.replace(renewed, claimed.revision)
            assert await next_change(changed) == Change(2, STARTED, 1, 0)
            assert await next_change(changed) == Change(3, STARTED, 1, 40)

    async def test_8_who_lets_changes_pile_up_is_told_to_look(
        self, store: TaskStore, bus: EventBus
    ) -> None:
        task = await store.insert_once(pending(), None)
        with bus.listen(task.task_id) as slow, bus.listen(task.task_id) as quick:
            row = claim(task, START, "w", POLICY).task
            assert await store.replace(row, task.revision)
            for progress in range(1, 99):
                seen, row = row, renew(row, 1, START, POLICY, progress)
                assert await store.replace(row, seen.revision)
                while (await next_change(quick)).progress < progress:
                    pass
            assert await slow(SOON_S) is MISSED
            assert (await next_change(slow)).progress > 0

    async def test_9_starts_are_counted_and_nothing_else(
        self, store: TaskStore, bus: EventBus
    ) -> None:
        before = bus.starts()
        assert before is not None
        for _ in range(3):
            task = await store.insert_once(pending(), None)
            row = claim(task, START, "w", POLICY).task
            with bus.listen(task.task_id) as changed:
                assert await store.replace(row, task.revision)
                assert await store.replace(renew(row, 1, START, POLICY, 40), row.revision)
                while (await next_change(changed)).progress < 40:
                    pass
        assert bus.starts() == before + 3
