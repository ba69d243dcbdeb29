"""What every usage store counts, together with the task store it lives with."""

import asyncio
from dataclasses import replace

import pytest

from domain.model.life_cycle import claim, erase, renew, succeed
from domain.model.task import Task, Timing
from domain.model.usage import DayUsage, Usage, day_of
from ports.batch_store import BatchStore
from ports.task_store import TaskStore
from ports.usage_store import UsageStore
from tests.contract.clauses.batch_store import batch_of
from tests.contract.task_factory import POLICY, RESULT, START, failed, pending

DAY_S = 86_400.0
TODAY, TOMORROW = day_of(START), day_of(START + DAY_S)


def done(task: Task, at: float = START) -> Task:
    timing = Timing(infer_ms=250)
    return succeed(claim(task, at, "w", POLICY).task, 1, at, RESULT, timing, POLICY).task


async def total(usage: UsageStore, key_id: str = "k") -> Usage:
    return sum((day.used for day in await usage.read(key_id, [TODAY, TOMORROW])), Usage())


class UsageStoreClauses:
    """The binding gives the fixtures `store`, `batches` and `usage`: a task store, a batch store
    and a usage store of one ledger, started and empty."""

    pytestmark = pytest.mark.anyio

    async def test_01_an_unknown_key_used_nothing(self, usage: UsageStore) -> None:
        assert list(await usage.read("k", [TODAY])) == []

    async def test_02_an_accepted_task_counts_once(
        self, store: TaskStore, usage: UsageStore
    ) -> None:
        task = pending(key_id="k")
        await asyncio.gather(*(store.insert_once(task, None) for _ in range(5)))
        assert list(await usage.read("k", [TODAY])) == [DayUsage(TODAY, Usage(tasks=1))]

    async def test_03_an_end_counts_the_device_and_the_bytes(
        self, store: TaskStore, usage: UsageStore
    ) -> None:
        task = pending(key_id="k")
        await store.insert_once(task, None)
        running = claim(task, START, "w", POLICY).task
        assert await store.replace(running, 1)
        assert await store.replace(renew(running, 1, START, POLICY, 5), 2)
        assert await total(usage) == Usage(tasks=1)
        assert await store.replace(replace(done(task), revision=4), 3)
        assert await total(usage) == Usage(tasks=1, gpu_ms=250, bytes=RESULT.bytes)

    async def test_04_what_comes_after_the_end_counts_nothing(
        self, store: TaskStore, usage: UsageStore
    ) -> None:
        task = pending(key_id="k")
        await store.insert_once(task, None)
        ended = replace(done(task), revision=2)
        assert await store.replace(ended, 1)
        assert await store.replace(replace(ended, revision=3, purge_at=None), 2)
        assert await store.replace(replace(erase(ended, START), revision=4), 3)
        assert await total(usage) == Usage(tasks=1, gpu_ms=250, bytes=RESULT.bytes)

    async def test_05_racing_ends_count_once(self, store: TaskStore, usage: UsageStore) -> None:
        task = pending(key_id="k")
        await store.insert_once(task, None)
        ended = replace(done(task), revision=2)
        stored = await asyncio.gather(*(store.replace(ended, 1) for _ in range(5)))
        assert stored.count(True) == 1
        assert (await total(usage)).gpu_ms == 250

    async def test_06_a_failure_made_nothing(self, store: TaskStore, usage: UsageStore) -> None:
        task = pending(key_id="k")
        await store.insert_once(task, None)
        assert await store.replace(failed(task, START), 1)
        assert await total(usage) == Usage(tasks=1)

    async def test_07_days_are_kept_apart_and_come_in_order(
        self, store: TaskStore, usage: UsageStore
    ) -> None:
        task = pending(key_id="k")
        await store.insert_once(task, None)
        await store.insert_once(pending(at=START + DAY_S, key_id="k"), None)
        assert await store.replace(done(task, START + DAY_S), 1)
        used = Usage(tasks=1, gpu_ms=250, bytes=RESULT.bytes)
        days = [DayUsage(TODAY, Usage(tasks=1)), DayUsage(TOMORROW, used)]
        assert list(await usage.read("k", [TODAY, TOMORROW])) == days
        assert list(await usage.read("k", [TOMORROW])) == days[1:]

    async def test_08_keys_are_kept_apart(self, store: TaskStore, usage: UsageStore) -> None:
        for key_id in ("k", "k:x", "l"):
            await store.insert_once(pending(key_id=key_id), None)
        await store.insert_once(pending(), None)
        assert [(await total(usage, each)).tasks for each in ("k", "k:x", "l")] == [1, 1, 1]

    async def test_09_a_batch_counts_each_task(
        self, batches: BatchStore, usage: UsageStore
    ) -> None:
        batch, tasks = batch_of(5, client_request_id="mine")
        mine = [replace(task, key_id="k") for task in tasks]
        await batches.insert_once(batch, mine)
        await batches.insert_once(batch, mine)
        assert await total(usage) == Usage(tasks=5)
