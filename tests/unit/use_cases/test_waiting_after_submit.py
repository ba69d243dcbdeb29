"""Waiting for a task that was accepted a moment ago."""

import asyncio
import time

import pytest

from adapters.events.memory import MemoryEventBus
from adapters.tasks.memory import MemoryTaskStore
from domain.model.task import SUCCESS, Task
from domain.use_cases.get_task import GetTask
from tests.contract.task_factory import START, SteppedClock, pending, succeeded

pytestmark = pytest.mark.anyio

SOON_S = 20.0


class Counting(MemoryTaskStore):
    reads = 0

    async def get(self, task_id: str) -> Task | None:
        self.reads += 1
        return await super().get(task_id)


class Ledger:
    """A store that counts its reads, and who waits on it."""

    def __init__(self) -> None:
        self.bus = MemoryEventBus()
        self.store = Counting(SteppedClock(), self.bus.tell)
        self.get = GetTask(self.store, self.bus, time.monotonic)

    async def accepted(self) -> Task:
        return await self.store.insert_once(pending("default"), None)

    async def end(self, task: Task) -> None:
        assert await self.store.replace(succeeded(task, START), task.revision)

    async def waited(self, task: Task) -> Task:
        async with asyncio.timeout(SOON_S):
            return await self.get("default", task.task_id, SOON_S, seen=task)


async def test_its_row_is_read_only_once_it_has_ended() -> None:
    ledger = Ledger()
    task = await ledger.accepted()
    waiting = asyncio.create_task(ledger.waited(task))
    await asyncio.sleep(0)
    await ledger.end(task)
    assert (await waiting).status is SUCCESS
    assert ledger.store.reads == 1


async def test_an_end_before_anybody_listened_is_found_all_the_same() -> None:
    ledger = Ledger()
    task = await ledger.accepted()
    await ledger.end(task)
    assert (await ledger.waited(task)).status is SUCCESS


async def test_one_that_has_ended_is_not_waited_for() -> None:
    ledger = Ledger()
    task = await ledger.accepted()
    await ledger.end(task)
    ended = await ledger.store.get(task.task_id)
    assert ended is not None
    assert await ledger.waited(ended) is ended
    assert ledger.store.reads == 1
