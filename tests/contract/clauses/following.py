"""What whoever follows a task is told, over every ledger and its event bus."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from domain.model.errors import TaskNotFound
from domain.model.following import TaskEvent
from domain.model.life_cycle import claim, hand_back, renew
from domain.model.task import HISTORY, Task
from domain.use_cases.follow_task import FollowTask
from domain.use_cases.get_task import GetTask
from ports.event_bus import EventBus
from ports.task_store import TaskStore
from ports.telemetry import Telemetry
from tests.contract.task_factory import POLICY, START, pending, succeeded

SOON_S = 20.0

Told = AsyncGenerator[TaskEvent | None, None]


async def news(told: Told) -> tuple[str, str, int]:
    """Kind, status and id of the next event."""
    async with asyncio.timeout(SOON_S):
        async for event in told:
            if event is not None:
                return event.kind, event.change.status, event.change.revision
    raise AssertionError("the stream ended")


async def started(store: TaskStore, task: Task) -> Task:
    row = claim(task, START, "w", POLICY).task
    assert await store.replace(row, task.revision)
    return row


async def handed_back(store: TaskStore, task: Task, times: int) -> Task:
    """Started and given back so often: two moves each."""
    for _ in range(times):
        running = await started(store, task)
        task = hand_back(running, running.attempt, START).task
        assert await store.replace(task, running.revision)
    return task


class FollowingClauses:
    """Fixtures: `store`, an empty ledger, `bus`, started, which hears of its changes, and
    `telemetry`."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def follow(self, store: TaskStore, bus: EventBus, telemetry: Telemetry) -> FollowTask:
        get = GetTask(store, bus, time.monotonic)
        return FollowTask(get, bus, telemetry, time.monotonic)

    async def test_1_each_move_is_told_as_it_is_made_and_the_end_last(
        self, store: TaskStore, follow: FollowTask
    ) -> None:
        task = await store.insert_once(pending(), None)
        async with aclosing(follow(task.tenant, task.task_id)) as told:
            assert await news(told) == ("status", "PENDING", 1)
            await started(store, task)
            assert await news(told) == ("status", "STARTED", 2)
            assert await store.replace(succeeded(task, START), 2)
            assert await news(told) == ("done", "SUCCESS", 3)
            async with asyncio.timeout(SOON_S):
                assert [event async for event in told] == []

    async def test_2_progress_is_told(self, store: TaskStore, follow: FollowTask) -> None:
        running = await started(store, await store.insert_once(pending(), None))
        async with aclosing(follow(running.tenant, running.task_id)) as told:
            assert await news(told) == ("status", "STARTED", 2)
            grown = renew(running, 1, START, POLICY, 40)
            assert await store.replace(grown, running.revision)
            assert await news(told) == ("progress", "STARTED", 3)

    async def test_3_who_comes_back_is_told_what_he_missed(
        self, store: TaskStore, follow: FollowTask
    ) -> None:
        task = await store.insert_once(pending(), None)
        task = await handed_back(store, task, 2)
        async with aclosing(follow(task.tenant, task.task_id, after=2)) as told:
            assert [await news(told) for _ in range(3)] == [
                ("status", "PENDING", 3), ("status", "STARTED", 4), ("status", "PENDING", 5),
            ]  # fmt: skip
            await started(store, task)
            assert await news(told) == ("status", "STARTED", 6)

    async def test_4_who_missed_more_than_is_kept_is_told_to_begin_anew(
        self, store: TaskStore, follow: FollowTask
    ) -> None:
        task = await store.insert_once(pending(), None)
        task = await handed_back(store, task, HISTORY)
        async with aclosing(follow(task.tenant, task.task_id, after=1)) as told:
            assert await news(told) == ("resync", "PENDING", task.revision)
            await started(store, task)
            assert await news(told) == ("status", "STARTED", task.revision + 1)

    async def test_5_an_id_of_a_row_that_was_lost_begins_anew(
        self, store: TaskStore, follow: FollowTask
    ) -> None:
        task = await store.insert_once(pending(), None)
        async with aclosing(follow(task.tenant, task.task_id, after=9)) as told:
            assert await news(told) == ("resync", "PENDING", 1)

    async def test_6_nobody_follows_what_is_not_his(
        self, store: TaskStore, follow: FollowTask
    ) -> None:
        task = await store.insert_once(pending(), None)
        for tenant, task_id in (("other", task.task_id), (task.tenant, "none")):
            with pytest.raises(TaskNotFound):
                await anext(follow(tenant, task_id))
