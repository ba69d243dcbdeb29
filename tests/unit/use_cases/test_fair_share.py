"""What a flood by one tenant costs another, in virtual time: no machine's noise is in it."""

import asyncio
import heapq
from collections import deque
from collections.abc import Iterator
from random import Random

import pytest

from adapters.tasks.memory import MemoryTaskStore
from adapters.tasks.memory_fair_line import MemoryFairLine
from domain.model.life_cycle import TaskPolicy, claim, new_task
from domain.model.request import TaskRequest
from domain.model.task import EXPIRED, PENDING, SUCCESS, Move, Task, TaskMoved
from domain.model.wakeup import Verdict, Wakeup, wakeup_for
from tests.unit.use_cases.house import House

pytestmark = pytest.mark.anyio

SLOTS = 8
POLICY = TaskPolicy(timeout_s=1e9, lease_s=1e9)


class Simulation:
    """So many slots behind one queue that hands its wake-ups out as they came."""

    def __init__(self, chance: Random) -> None:
        self.now, self._chance = 0.0, chance
        self._store = MemoryTaskStore(lambda: self.now)
        self._line = MemoryFairLine(self._store)
        self._queue: deque[Wakeup] = deque()
        self._ends: list[float] = []
        self.took: dict[str, list[float]] = {}

    async def run(self, arrivals: Iterator[tuple[float, str]]) -> None:
        for number, (at, tenant) in enumerate(sorted(arrivals)):
            await self._until(at)
            task = new_task(f"{number:08}", tenant, TaskRequest(model="echo"), at)
            await self._store.insert_once(task, None)
            self._queue.append(wakeup_for(task))
            await self._fill()
        await self._until(float("inf"))

    async def _until(self, at: float) -> None:
        while self._ends and self._ends[0] <= at:
            self.now = heapq.heappop(self._ends)
            await self._fill()
        self.now = at

    async def _fill(self) -> None:
        while self._queue and len(self._ends) < SLOTS:
            task = await self._line.next(self._queue.popleft())
            assert task is not None
            assert await self._store.replace(claim(task, self.now, "w", POLICY).task, 1)
            heapq.heappush(self._ends, end := self.now + self._chance.uniform(0.7, 1.3))
            self._note(task, end)

    def _note(self, task: Task, end: float) -> None:
        self.took.setdefault(task.tenant, []).append(end - task.created_at)


def quiet(chance: Random) -> Iterator[tuple[float, str]]:
    """As much as one of the slots can do, by nobody's clock."""
    return ((chance.uniform(0, 600), "quiet") for _ in range(600))


async def p95_of_quiet(seed: int, *floods: tuple[float, str]) -> float:
    simulation = Simulation(Random(seed))
    await simulation.run(iter([*quiet(Random(seed + 1)), *floods]))
    took = sorted(simulation.took["quiet"])
    return took[len(took) * 95 // 100]


@pytest.mark.parametrize("seed", range(5))
async def test_a_flood_leaves_anothers_p95_below_one_and_a_half_of_what_it_is_alone(
    seed: int,
) -> None:
    alone = await p95_of_quiet(seed)
    flooded = await p95_of_quiet(seed, *((0.5, "flood") for _ in range(6_000)))
    assert flooded <= 1.5 * alone


async def test_the_whole_service_takes_turns_and_ends_every_task(house: House) -> None:
    """Its queue hands wake-ups out as they came; which tasks they start is for the line to say."""
    flood = [(await house.submit(tenant="flood")).task for _ in range(4)]
    quiet = [(await house.submit(tenant="quiet")).task for _ in range(2)]
    source, slots = house.container.source(), 1
    working = asyncio.create_task(source.run(house.container.process(), slots))
    for task in (*flood, *quiet):
        await house.until(task, lambda seen: seen.terminal)
    working.cancel()
    await asyncio.wait([working])
    claims = [moved.task.tenant for moved in house.told(TaskMoved) if moved.move is Move.CLAIM]
    assert claims == ["flood", "quiet"] * 2 + ["flood"] * 2
    assert {(await house.task(task)).status for task in (*flood, *quiet)} == {SUCCESS}


async def test_a_model_this_worker_lacks_keeps_nobody_from_their_own_turn(house: House) -> None:
    """The one whose turn it is waits for another worker; the wake-up starts its own."""
    foreign = new_task("0", "quiet", TaskRequest(model="elsewhere"), house.clock())
    await house.container.store().insert_once(foreign, None)
    own = (await house.submit(tenant="flood")).task
    assert await house.process(own) is Verdict.ACK
    assert (await house.task(own)).status is SUCCESS
    assert await house.process(foreign) is Verdict.REQUEUE
    assert (await house.task(foreign)).status is PENDING


async def test_a_turn_is_not_lost_on_one_that_expired(house: House) -> None:
    late = (await house.submit(tenant="quiet", ttl_s=5)).task
    own = (await house.submit(tenant="flood")).task
    house.clock.at += 6
    assert await house.process(own) is Verdict.ACK
    assert (await house.task(own)).status is SUCCESS
    assert await house.process(late) is Verdict.ACK
    assert (await house.task(late)).status is EXPIRED
