"""Whose turn it is, on every ledger."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from domain.model.errors import FetchFailed
from domain.model.life_cycle import cancel, claim, fail, hand_back, published
from domain.model.priority import Priority
from domain.model.request import TaskRequest
from domain.model.task import Moved, Task
from domain.model.wakeup import wakeup_for
from ports.batch_store import BatchStore
from ports.fair_line import FairLine
from ports.task_store import TaskStore
from tests.contract.clauses.batch_store import batch_of
from tests.contract.task_factory import POLICY, START, pending


async def waiting(store: TaskStore, tenant: str, count: int = 1, **request: object) -> list[Task]:
    """So many tasks of `tenant`, in line."""
    asked = TaskRequest(model="echo", **request)
    return [await store.insert_once(pending(tenant, request=asked), None) for _ in range(count)]


async def started(store: TaskStore, turns: FairLine, task: Task) -> Task:
    """The task that the wake-up of `task` starts."""
    found = await turns.next(wakeup_for(task))
    assert found is not None
    assert await store.replace(claim(found, START, "w", POLICY).task, found.revision)
    return found


async def start_all(store: TaskStore, turns: FairLine, tasks: list[Task]) -> list[Task]:
    return [await started(store, turns, task) for task in tasks]


class FairLineClauses:
    """The binding gives the fixtures `store`, `batches` and `turns` of one ledger, started and
    empty."""

    pytestmark = pytest.mark.anyio

    async def test_01_alone_each_wake_up_starts_its_own_task(
        self, store: TaskStore, turns: FairLine
    ) -> None:
        tasks = await waiting(store, "acme", 5)
        tasks.reverse()
        assert await start_all(store, turns, tasks) == tasks

    async def test_02_tenants_take_turns_whosever_wake_up_comes(
        self, store: TaskStore, turns: FairLine
    ) -> None:
        flood = await waiting(store, "flood", 6)
        quiet = await waiting(store, "quiet", 3)
        order = await start_all(store, turns, [*flood, *quiet])
        assert [task.tenant for task in order] == ["flood", "quiet"] * 3 + ["flood"] * 3
        assert sorted(task.task_id for task in order) == [t.task_id for t in (*flood, *quiet)]

    async def test_03_who_comes_late_does_not_wait_for_a_flood(
        self, store: TaskStore, turns: FairLine
    ) -> None:
        flood = await waiting(store, "flood", 50)
        await start_all(store, turns, flood[:20])
        (late,) = await waiting(store, "quiet")
        order = await start_all(store, turns, flood[20:22])
        assert late in order

    async def test_04_who_was_served_does_not_go_first_by_coming_back(
        self, store: TaskStore, turns: FairLine
    ) -> None:
        """One task at a time is no way to take every turn."""
        flood = await waiting(store, "flood", 10)
        order: list[str] = []
        for task in flood:
            await waiting(store, "sly")
            order.append((await started(store, turns, task)).tenant)
        assert max(Counter(order).values()) == 5

    async def test_05_a_tenants_own_tasks_start_in_their_order(
        self, store: TaskStore, turns: FairLine
    ) -> None:
        flood = await waiting(store, "flood", 3)
        quiet = await waiting(store, "quiet", 3)
        order = await start_all(store, turns, [*flood, *quiet])
        assert [task for task in order if task.tenant == "quiet"] == quiet

    async def test_06_tiers_have_lines_of_their_own(
        self, store: TaskStore, turns: FairLine
    ) -> None:
        (low,) = await waiting(store, "quiet", priority=Priority.LOW)
        normal = await waiting(store, "flood", 2)
        assert await start_all(store, turns, normal) == normal
        assert await started(store, turns, low) == low

    async def test_07_with_nobody_in_line_the_wake_up_gets_its_own(
        self, store: TaskStore, turns: FairLine
    ) -> None:
        (task,) = await waiting(store, "acme")
        running = claim(task, START, "w", POLICY).task
        assert await store.replace(running, 1)
        assert await turns.next(wakeup_for(task)) == running

    async def test_08_an_unknown_task_gives_no_turn_away(
        self, store: TaskStore, turns: FairLine
    ) -> None:
        """After a flush its wake-up is all that is left of it."""
        await waiting(store, "acme", 2)
        assert await turns.next(wakeup_for(pending("zeta"))) is None

    async def test_09_what_was_canceled_stands_in_no_line(
        self, store: TaskStore, turns: FairLine
    ) -> None:
        first, second = await waiting(store, "quiet", 2)
        (flood,) = await waiting(store, "flood")
        gone = cancel(first, START, POLICY)
        assert isinstance(gone, Moved)
        assert await store.replace(gone.task, 1)
        order = await start_all(store, turns, [flood, second])
        assert sorted(task.tenant for task in order) == ["flood", "quiet"]
        assert second in order

    async def test_10_what_waits_for_another_try_stands_again_once_published(
        self, store: TaskStore, turns: FairLine
    ) -> None:
        (task,) = await waiting(store, "acme")
        running = claim(task, START, "w", POLICY).task
        assert await store.replace(running, 1)
        later = fail(running, 1, START, FetchFailed(), POLICY, 0.5).task
        assert await store.replace(later, 2)
        assert await turns.waiting("acme") == 0
        assert await store.replace(published(later, START + 9), 3)
        assert await turns.waiting("acme") == 1

    async def test_11_what_was_handed_back_stands_again(
        self, store: TaskStore, turns: FairLine
    ) -> None:
        (task,) = await waiting(store, "acme")
        running = claim(task, START, "w", POLICY).task
        assert await store.replace(running, 1)
        assert await turns.waiting("acme") == 0
        assert await store.replace(hand_back(running, 1, START).task, 2)
        assert await turns.waiting("acme") == 1

    async def test_12_those_who_wait_are_counted_over_all_tiers(
        self, store: TaskStore, batches: BatchStore, turns: FairLine
    ) -> None:
        for tier in Priority:
            await waiting(store, "acme", 2, priority=tier)
        await waiting(store, "acme:x", 4)
        await batches.insert_once(*batch_of(5))
        assert [await turns.waiting(each) for each in ("acme", "acme:x", "zeta")] == [11, 4, 0]

    async def test_13_of_many_workers_at_once_each_finds_something(
        self, store: TaskStore, turns: FairLine
    ) -> None:
        tasks = [
            each for number in range(10)
            for each in await waiting(store, f"t{number % 3}", 3)
        ]  # fmt: skip

        async def work(task: Task) -> str:
            while True:
                found = await turns.next(wakeup_for(task))
                assert found is not None
                moved = replace(claim(found, START, "w", POLICY).task, revision=2)
                if found.revision == 1 and await store.replace(moved, 1):
                    return found.task_id

        done = await asyncio.gather(*map(work, tasks))
        assert sorted(done) == [task.task_id for task in tasks]
        assert [await turns.waiting(f"t{n}") for n in range(3)] == [0, 0, 0]
