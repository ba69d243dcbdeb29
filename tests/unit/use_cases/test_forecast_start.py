"""What a waiting task may expect, and refusing what would wait in vain."""

from uuid import uuid4

import pytest
from dependency_injector import providers

from domain.model.errors import Overloaded
from domain.model.life_cycle import claim, published
from domain.model.priority import Priority
from domain.model.task import Task
from domain.use_cases.forecast_start import NOWHERE, Place
from tests.unit.use_cases.house import House

pytestmark = pytest.mark.anyio


class Seconds:
    def __init__(self) -> None:
        self.at_s = 0.0

    def __call__(self) -> float:
        return self.at_s


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def house(seconds: Seconds) -> House:
    house = House()
    house.container.override_providers(elapsed=providers.Object(seconds))
    return house


async def noted(house: House, task: Task) -> Task:
    """It is known that its wake-up lies in the queue."""
    found = await house.container.ledger().change(
        task.task_id, lambda row: published(row, house.clock())
    )
    assert found is not None
    return found


async def worked_off(house: House, seconds: Seconds, tasks: list[Task], per_s: int) -> None:
    """Workers elsewhere start that many a second, watched each second."""
    forecast = house.container.forecast()
    await forecast()
    for at in range(0, len(tasks), per_s):
        for task in tasks[at : at + per_s]:
            await house.container.ledger().change(
                task.task_id, lambda row: claim(row, house.clock(), "w", house.container.policy())
            )
        seconds.at_s += 1
        await forecast()


async def submitted(house: House, count: int, **fields: object) -> list[Task]:
    """Each its own: equal ones would be one."""
    return [
        (await house.submit(client_request_id=uuid4().hex, **fields)).task for _ in range(count)
    ]


async def test_a_place_without_a_pace(house: House) -> None:
    first, second = [await noted(house, task) for task in await submitted(house, 2)]
    forecast = house.container.forecast()
    assert await forecast.place_of(first) == Place(0, None)
    assert await forecast.place_of(second) == Place(1, None)
    await house.process(first)
    assert await forecast.place_of(second) == Place(0, None)
    assert await forecast.place_of(await house.task(first)) == NOWHERE


async def test_a_place_and_the_pace_make_a_time(house: House, seconds: Seconds) -> None:
    await worked_off(house, seconds, await submitted(house, 40), per_s=4)
    waiting = [await noted(house, task) for task in await submitted(house, 10)]
    assert await house.container.forecast().place_of(waiting[9]) == Place(9, 3)


async def test_nothing_is_promised_while_nothing_was_seen(house: House) -> None:
    await submitted(house, 50)
    assert (await house.submit(ttl_s=1)).replayed is False


async def test_who_would_wait_in_vain_is_told_so_at_once(house: House, seconds: Seconds) -> None:
    """The queue in memory still holds what those workers elsewhere have started."""
    await worked_off(house, seconds, await submitted(house, 100, priority=Priority.LOW), per_s=5)
    with pytest.raises(Overloaded) as refused:
        await house.submit(ttl_s=10, priority=Priority.LOW)
    assert refused.value.retry_after_s == 11
    assert "ttl_s" in refused.value.hint
    assert await house.waiting() == 100
    await submitted(house, 1, ttl_s=21, priority=Priority.LOW)
    await submitted(house, 1, ttl_s=10, priority=Priority.HIGH)
    await submitted(house, 1, priority=Priority.LOW)


async def test_a_submit_asks_the_ledger_once_and_publishes_once(house: House) -> None:
    """No place and no pace is asked for on its way."""
    store, queue = house.container.store(), house.container.queue()
    calls: list[str] = []
    for part, names in ((store, ("insert_once", "get", "ahead_of", "replace", "due")),
                        (queue, ("publish",))):  # fmt: skip
        for name in names:
            _counted(part, name, calls)
    await house.submit(ttl_s=60)
    assert calls == ["insert_once", "publish"]


def _counted(part: object, name: str, calls: list[str]) -> None:
    real = getattr(part, name)

    async def counted(*given: object) -> object:
        calls.append(name)
        return await real(*given)

    setattr(part, name, counted)
