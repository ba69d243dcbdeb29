"""Following a task: what is heard is a hint, the row is the truth."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from itertools import pairwise

import pytest

from adapters.events.memory import MemoryEventBus
from adapters.tasks.memory import MemoryTaskStore
from adapters.telemetry.memory import MemoryTelemetry
from domain.model.errors import StorageUnavailable, TaskGone, TaskNotFound
from domain.model.events import StreamClosed, StreamOpened
from domain.model.following import TaskEvent
from domain.model.life_cycle import claim, renew
from domain.model.task import Task
from domain.use_cases.follow_task import FollowTask
from domain.use_cases.get_task import GetTask
from tests.contract.task_factory import START, SteppedClock, pending, succeeded
from tests.unit.use_cases.house import House
from tests.unit.use_cases.runners import GateRunner

pytestmark = pytest.mark.anyio

SOON_S = 20.0
SHORT_S = 0.02

Told = AsyncIterator[TaskEvent | None]


async def news(told: Told) -> tuple[str, str, int]:
    async with asyncio.timeout(SOON_S):
        async for event in told:
            if event is not None:
                return event.kind, event.change.status, event.change.progress
    raise AssertionError("the stream ended")


async def end_of(told: Told) -> None:
    async with asyncio.timeout(SOON_S):
        assert [event async for event in told] == []


async def started(house: House, task: Task) -> Task:
    found = await house.container.ledger().change(
        task.task_id, lambda row: claim(row, house.clock(), "w", house.container.policy())
    )
    assert found is not None
    return found


async def advanced(house: House, task: Task, progress: int) -> None:
    def renewed(row: Task) -> Task:
        return renew(row, row.attempt, house.clock(), house.container.policy(), progress)

    await house.container.ledger().change(task.task_id, renewed)


def listeners(house: House) -> int:
    return len(house.container.heard().listeners)


async def test_a_life_from_submit_to_done(house: House) -> None:
    task = (await house.submit("gate")).task
    async with aclosing(house.container.use_cases().follow("default", task.task_id)) as told:
        assert await news(told) == ("status", "PENDING", 0)
        running = await house.started(task)
        assert await news(told) == ("status", "STARTED", 0)
        GateRunner.opened.set()
        kind, status, progress = await news(told)
        if kind == "progress":
            assert 0 < progress < 100
            kind, status, progress = await news(told)
        assert (kind, status, progress) == ("done", "SUCCESS", 100)
        await end_of(told)
        await running
    assert listeners(house) == 0
    assert [len(house.told(kind)) for kind in (StreamOpened, StreamClosed)] == [1, 1]


async def test_an_ended_task_is_told_at_once(house: House) -> None:
    task = (await house.submit("invert")).task
    await house.process(task)
    async with aclosing(house.container.use_cases().follow("default", task.task_id)) as told:
        assert await news(told) == ("done", "SUCCESS", 100)
        await end_of(told)


async def test_what_was_missed_is_told_again(house: House) -> None:
    task = (await house.submit("invert")).task
    await house.process(task)
    async with aclosing(house.container.use_cases().follow("default", task.task_id, 1)) as told:
        assert [await news(told) for _ in range(2)] == [
            ("status", "STARTED", 0), ("done", "SUCCESS", 100),
        ]  # fmt: skip


async def test_an_end_that_nobody_told_of_is_read_from_the_row(house: House) -> None:
    """The bus is deaf: as when the link to it broke at the wrong moment."""
    use = house.container
    follow = FollowTask(
        use.use_cases().get, MemoryEventBus(), use.telemetry(), use.elapsed(), look_s=SHORT_S
    )
    task = (await house.submit("invert")).task
    async with aclosing(follow("default", task.task_id)) as told:
        assert await news(told) == ("status", "PENDING", 0)
        await house.process(task)
        assert await news(told) == ("status", "STARTED", 0)
        assert await news(told) == ("done", "SUCCESS", 100)
        await end_of(told)


async def test_silence_is_told_as_such(house: House) -> None:
    use = house.container
    follow = FollowTask(
        use.use_cases().get, use.heard(), use.telemetry(), use.elapsed(), quiet_s=SHORT_S
    )
    task = (await house.submit()).task
    async with aclosing(follow("default", task.task_id)) as told:
        assert await news(told) == ("status", "PENDING", 0)
        async with asyncio.timeout(SOON_S):
            assert [await anext(told) for _ in range(3)] == [None, None, None]


class Clock:
    def __init__(self) -> None:
        self.at_s = 0.0

    def __call__(self) -> float:
        return self.at_s


async def test_progress_is_told_at_most_twice_a_second_and_never_backwards(house: House) -> None:
    use, clock = house.container, Clock()
    follow = FollowTask(use.use_cases().get, use.heard(), use.telemetry(), clock)
    task = await started(house, (await house.submit()).task)
    seen: list[tuple[float, int]] = []

    async def read() -> None:
        async with aclosing(follow("default", task.task_id)) as told:
            async for event in told:
                if event is not None and event.kind == "progress":
                    seen.append((clock.at_s, event.change.progress))

    reading = asyncio.create_task(read())
    for progress in range(1, 100):
        await advanced(house, task, progress)
        for _ in range(10):
            await asyncio.sleep(0)
        clock.at_s += 1 / 16
    times, shown = zip(*seen, strict=True)
    assert min(later - sooner for sooner, later in pairwise(times)) >= 0.5
    assert list(shown) == sorted(set(shown))
    assert len(seen) >= 5
    async with asyncio.timeout(SOON_S):
        while shown[-1] != 99:  # nobody tells of the last step again: it is looked up
            clock.at_s += 1 / 16
            await asyncio.sleep(SHORT_S)
            shown = tuple(progress for _, progress in seen)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)


class Failing(MemoryTaskStore):
    """Out of reach for the next `failures` reads."""

    failures = 0

    async def get(self, task_id: str) -> Task | None:
        if self.failures:
            self.failures -= 1
            raise StorageUnavailable
        return await super().get(task_id)


async def test_a_ledger_out_of_reach_is_waited_for() -> None:
    bus = MemoryEventBus()
    store = Failing(SteppedClock(), bus.tell)
    get = GetTask(store, bus, time.monotonic)
    follow = FollowTask(get, bus, MemoryTelemetry(), time.monotonic)
    task = await store.insert_once(pending("default"), None)
    async with aclosing(follow("default", task.task_id)) as told:
        assert await news(told) == ("status", "PENDING", 0)
        store.failures = 1
        await store.replace(succeeded(task, START), task.revision)
        assert await news(told) == ("status", "STARTED", 0)
        assert await news(told) == ("done", "SUCCESS", 100)
    assert store.failures == 0


async def test_nobody_follows_what_is_not_his_or_gone(house: House) -> None:
    task = (await house.submit("invert")).task
    follow = house.container.use_cases().follow
    with pytest.raises(TaskNotFound):
        await anext(follow("other", task.task_id))
    await house.process(task)
    await house.container.use_cases().delete("default", task.task_id)
    with pytest.raises(TaskGone):
        await anext(follow("default", task.task_id))
    assert listeners(house) == 0
    assert len(house.told(StreamOpened)) == len(house.told(StreamClosed)) == 2


async def test_who_leaves_frees_all(house: House) -> None:
    task = (await house.submit()).task
    follow = house.container.use_cases().follow
    readers = [follow("default", task.task_id) for _ in range(50)]
    for each in readers:
        assert (await news(each))[0] == "status"
    assert listeners(house) == 50
    waiting = [asyncio.ensure_future(anext(each)) for each in readers[:25]]
    await asyncio.sleep(0)
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert listeners(house) == 25
    for each in readers[25:]:
        await each.aclose()
    assert listeners(house) == 0
    assert len(house.told(StreamClosed)) == 50


async def test_a_gap_that_the_bus_knows_of_is_looked_into_at_once() -> None:
    """The store tells nobody: as what was told while a link was broken."""
    bus, store = MemoryEventBus(), MemoryTaskStore(SteppedClock())
    follow = FollowTask(GetTask(store, bus, time.monotonic), bus, MemoryTelemetry(), time.monotonic)
    task = await store.insert_once(pending("default"), None)
    async with aclosing(follow("default", task.task_id)) as told:
        assert await news(told) == ("status", "PENDING", 0)
        await store.replace(succeeded(task, START), task.revision)
        bus.listeners.tell_all_to_look()
        assert await news(told) == ("status", "STARTED", 0)
        assert await news(told) == ("done", "SUCCESS", 100)
