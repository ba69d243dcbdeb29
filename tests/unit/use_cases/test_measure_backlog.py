import pytest

from domain.model.due import PUBLISH_GRACE_S
from domain.model.priority import Priority
from domain.model.stock import TierStock
from tests.unit.use_cases.house import House

pytestmark = pytest.mark.anyio

NOTHING = TierStock(0, 0.0)


async def test_an_empty_service_has_no_backlog(house: House) -> None:
    assert await house.container.backlog()() == dict.fromkeys(Priority, NOTHING)


async def test_the_oldest_task_of_each_tier_says_how_long_it_waits(house: House) -> None:
    await house.submit(priority=Priority.LOW, client_request_id="first")
    house.clock.at += 30
    await house.submit(priority=Priority.LOW, client_request_id="second")
    await house.submit(priority=Priority.HIGH)
    await house.container.confirm()()
    house.clock.at += PUBLISH_GRACE_S + 1
    backlog = await house.container.backlog()()
    assert backlog[Priority.LOW] == TierStock(2, 36.0)
    assert backlog[Priority.HIGH] == TierStock(1, 6.0)
    assert backlog[Priority.NORMAL] == NOTHING


async def test_a_task_without_a_message_waits_too(house: House) -> None:
    """Its publish was not confirmed: no queue knows of it, the ledger does."""
    await house.submit()
    house.clock.at += 60
    assert (await house.container.backlog()())[Priority.NORMAL].oldest_wait_s == 60


async def test_a_task_at_work_does_not_wait(house: House) -> None:
    task = (await house.submit("gate")).task
    running = await house.started(task)
    house.clock.at += 60
    assert (await house.container.backlog()())[Priority.NORMAL].oldest_wait_s == 0
    running.cancel()
