"""What every batch store keeps, together with the task store it lives with."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from domain.model.batch import Batch, BatchCounts, finished
from domain.model.life_cycle import cancel, claim, expire
from domain.model.task import Moved, Task
from ports.batch_store import BatchStore
from ports.task_store import TaskQuery, TaskStore
from tests.contract.task_factory import (
    POLICY,
    START,
    SteppedClock,
    failed,
    fresh_id,
    pending,
    succeeded,
)

DAY_S = 86_400.0


def batch_of(count: int, tenant: str = "acme", **facts: str) -> tuple[Batch, list[Task]]:
    batch_id = fresh_id()
    tasks = [pending(tenant, batch_id=batch_id, custom_id=f"item {n}") for n in range(count)]
    counts = BatchCounts(pending=count)
    batch = Batch(batch_id=batch_id, tenant=tenant, fingerprint="f", created_at=START,
                  counts=counts, **facts)  # fmt: skip
    return batch, tasks


def canceled(task: Task, at: float) -> Task:
    moved = cancel(task, at, POLICY)
    assert isinstance(moved, Moved)
    return moved.task


def expired(task: Task, at: float) -> Task:
    return expire(task, at, POLICY).task


async def stored(store: TaskStore, *after: Task) -> None:
    for task in after:
        kept = await store.get(task.task_id)
        assert kept is not None
        assert await store.replace(task, kept.revision)


async def counts(batches: BatchStore, batch: Batch) -> BatchCounts:
    found = await batches.get(batch.batch_id)
    assert found is not None
    return found.counts


def over(batch: Batch, at: float = START) -> Batch:
    return finished(batch, at, keep_s=DAY_S, known_s=DAY_S)


def ids(found: Sequence[Batch]) -> list[str]:
    return [batch.batch_id for batch in found]


class BatchStoreClauses:
    """The binding gives the fixtures `clock` (a SteppedClock both tell their time by), `store` and
    `batches`: a task store and a batch store of one ledger, started and empty."""

    pytestmark = pytest.mark.anyio

    async def test_01_a_batch_and_all_of_its_tasks_are_found(
        self, store: TaskStore, batches: BatchStore
    ) -> None:
        batch, tasks = batch_of(3, request_id="r", callback_url="https://caller.example/")
        assert await batches.insert_once(batch, tasks) == batch
        assert await batches.get(batch.batch_id) == batch
        assert [await store.get(task.task_id) for task in tasks] == tasks
        query = TaskQuery(tenant="acme", batch_id=batch.batch_id)
        assert list(await store.list(query)) == list(reversed(tasks))

    async def test_02_what_was_never_inserted_is_absent(self, batches: BatchStore) -> None:
        assert await batches.get("ended") is None
        assert await batches.get("") is None

    async def test_03_a_thousand_go_in_at_once(self, store: TaskStore, batches: BatchStore) -> None:
        batch, tasks = batch_of(1000)
        await batches.insert_once(batch, tasks)
        assert (await counts(batches, batch)).total == 1000
        query = TaskQuery(tenant="acme", batch_id=batch.batch_id, limit=1000)
        assert len(await store.list(query)) == 1000

    async def test_04_the_same_name_answers_the_first_and_inserts_nothing(
        self, store: TaskStore, batches: BatchStore
    ) -> None:
        first, first_tasks = batch_of(2, client_request_id="mine")
        await batches.insert_once(first, first_tasks)
        await stored(store, succeeded(first_tasks[0], START))
        again, more = batch_of(2, client_request_id="mine")
        answer = await batches.insert_once(again, more)
        assert answer == replace(first, counts=BatchCounts(pending=1, succeeded=1))
        assert await batches.get(again.batch_id) is None
        assert await store.get(more[0].task_id) is None

    async def test_05_a_name_is_its_tenants_own(self, batches: BatchStore) -> None:
        ours, tasks = batch_of(1, client_request_id="same:name")
        theirs, more = batch_of(1, "zeta", client_request_id="same:name")
        await batches.insert_once(ours, tasks)
        assert await batches.insert_once(theirs, more) == theirs

    async def test_06_batches_without_a_name_stay_apart(self, batches: BatchStore) -> None:
        one, tasks = batch_of(1)
        other, more = batch_of(1)
        assert await batches.insert_once(one, tasks) == one
        assert await batches.insert_once(other, more) == other

    async def test_07_of_many_at_once_one_is_inserted(
        self, store: TaskStore, batches: BatchStore
    ) -> None:
        made = [batch_of(3, client_request_id="mine") for _ in range(8)]
        answers = await asyncio.gather(*(batches.insert_once(*each) for each in made))
        assert len({answer.batch_id for answer in answers}) == 1
        assert len(await store.list(TaskQuery(tenant="acme", limit=100))) == 3

    @pytest.mark.parametrize(
        ("move", "after"),
        [
            (succeeded, BatchCounts(pending=1, succeeded=1)),
            (failed, BatchCounts(pending=1, failed=1)),
            (canceled, BatchCounts(pending=1, canceled=1)),
            (expired, BatchCounts(pending=1, failed=1)),
        ],
    )
    async def test_08_an_end_is_counted(
        self, store: TaskStore, batches: BatchStore, move, after: BatchCounts
    ) -> None:
        batch, tasks = batch_of(2)
        await batches.insert_once(batch, tasks)
        await stored(store, move(tasks[0], START))
        assert await counts(batches, batch) == after

    async def test_09_a_start_is_pending_still(self, store: TaskStore, batches: BatchStore) -> None:
        batch, tasks = batch_of(1)
        await batches.insert_once(batch, tasks)
        await stored(store, claim(tasks[0], START, "w", POLICY).task)
        assert await counts(batches, batch) == batch.counts

    async def test_10_a_refused_write_counts_nothing(
        self, store: TaskStore, batches: BatchStore
    ) -> None:
        batch, tasks = batch_of(1)
        await batches.insert_once(batch, tasks)
        assert not await store.replace(succeeded(tasks[0], START), 7)
        assert await counts(batches, batch) == batch.counts

    async def test_11_racing_ends_are_counted_once_each(
        self, store: TaskStore, batches: BatchStore
    ) -> None:
        batch, tasks = batch_of(10)
        await batches.insert_once(batch, tasks)
        ends = [move(task, START) for task in tasks for move in (succeeded, failed, canceled)]
        stored = await asyncio.gather(*(store.replace(task, 1) for task in ends))
        assert sum(stored) == 10
        found = await counts(batches, batch)
        assert (found.total, found.pending) == (10, 0)

    async def test_12_an_unfinished_batch_is_ended_once_its_last_task_is(
        self, store: TaskStore, batches: BatchStore
    ) -> None:
        batch, tasks = batch_of(2)
        await batches.insert_once(batch, tasks)
        await stored(store, succeeded(tasks[0], START))
        assert await batches.ended(9) == ()
        await stored(store, failed(tasks[1], START))
        (found,) = await batches.ended(9)
        assert found == replace(batch, counts=BatchCounts(succeeded=1, failed=1))

    async def test_13_the_first_to_end_come_first(
        self, store: TaskStore, batches: BatchStore, clock: SteppedClock
    ) -> None:
        made = [batch_of(1) for _ in range(3)]
        for batch, tasks in made:
            await batches.insert_once(batch, tasks)
        for _, tasks in reversed(made):
            clock.advance(1)
            await stored(store, succeeded(tasks[0], START))
        rising = [batch.batch_id for batch, _ in reversed(made)]
        assert ids(await batches.ended(9)) == rising
        assert ids(await batches.ended(2)) == rising[:2]

    async def test_14_a_batch_is_finished_once(self, store: TaskStore, batches: BatchStore) -> None:
        batch, tasks = batch_of(1)
        await batches.insert_once(batch, tasks)
        await stored(store, succeeded(tasks[0], START))
        (ended,) = await batches.ended(9)
        answers = await asyncio.gather(*(batches.finish(over(ended)) for _ in range(5)))
        assert sum(answers) == 1
        assert await batches.get(batch.batch_id) == over(ended)
        assert await batches.ended(9) == ()

    async def test_15_an_unknown_batch_is_not_finished(self, batches: BatchStore) -> None:
        batch, _ = batch_of(1)
        assert not await batches.finish(over(batch))
        assert await batches.get(batch.batch_id) is None

    async def test_16_past_its_time_it_is_absent_and_its_name_is_free(
        self, store: TaskStore, batches: BatchStore, clock: SteppedClock
    ) -> None:
        batch, tasks = batch_of(1, client_request_id="mine")
        await batches.insert_once(batch, tasks)
        await stored(store, succeeded(tasks[0], START))
        (ended,) = await batches.ended(9)
        await batches.finish(over(ended))
        again, more = batch_of(1, client_request_id="mine")
        clock.seconds = (over(ended).forget_at or 0) - 1
        assert (await batches.insert_once(again, more)).batch_id == batch.batch_id
        clock.advance(1)
        assert await batches.get(batch.batch_id) is None
        assert await batches.insert_once(again, more) == again

    async def test_17_a_task_of_a_batch_nobody_knows_is_stored_all_the_same(
        self, store: TaskStore, batches: BatchStore
    ) -> None:
        """So it is after the ledger was lost, when tasks come back one by one."""
        task = pending(batch_id="lost")
        await store.insert_once(task, None)
        await stored(store, succeeded(task, START))
        assert await batches.get("lost") is None
        assert await batches.ended(9) == ()
