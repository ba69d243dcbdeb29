import time

import pytest

from adapters.queue.memory import MemoryQueue
from domain.model.due import PUBLISH_GRACE_S
from domain.model.priority import Ageing, Priority
from domain.model.task import CANCELED, EXPIRED, FAILURE, PENDING, RETRY, STARTED, Task
from domain.model.wakeup import Wakeup, wakeup_for
from domain.use_cases import recover_tasks
from tests.unit.use_cases.house import House

pytestmark = pytest.mark.anyio


async def abandoned(house: House) -> Task:
    """A task whose worker was killed right after the claim."""
    task = (await house.submit()).task
    await empty_queue(house)
    claimed = await house.container.ledger().change(
        task.task_id, house.container.process()._claimed
    )
    assert claimed is not None
    return claimed


async def empty_queue(house: House) -> None:
    for tier in house.container.queue()._waiting.values():
        tier.clear()


async def recover(house: House) -> None:
    await house.container.recover()()


async def test_a_dead_workers_task_runs_again_when_its_lease_is_over(house: House) -> None:
    task = await abandoned(house)
    house.clock.at += 14.9
    await recover(house)
    assert (await house.task(task)).status is STARTED
    house.clock.at += 0.2
    await recover(house)
    seen = await house.task(task)
    assert (seen.status, seen.charged) == (RETRY, 1)
    assert await house.waiting() == 1


async def test_a_task_that_kills_its_workers_is_given_up(house: House) -> None:
    task = await abandoned(house)
    for _ in range(3):
        house.clock.at += 15
        await recover(house)
        await house.container.ledger().change(task.task_id, house.container.process()._claimed)
    house.clock.at += 15
    await recover(house)
    seen = await house.task(task)
    assert seen.status is FAILURE
    assert seen.error is not None
    assert (seen.error.code, seen.error.attempts) == ("attempts_exhausted", 4)


async def test_a_lease_lost_while_canceling_ends_canceled(house: House) -> None:
    task = await abandoned(house)
    await house.container.use_cases().cancel("default", task.task_id)
    house.clock.at += 15
    await recover(house)
    assert (await house.task(task)).status is CANCELED


async def test_an_overdue_task_expires_without_a_wakeup(house: House) -> None:
    task = (await house.submit(ttl_s=60)).task
    house.clock.at += 60
    await recover(house)
    assert (await house.task(task)).status is EXPIRED


async def test_a_fresh_task_is_left_to_its_submitter(house: House) -> None:
    await house.submit()
    await empty_queue(house)
    house.clock.at += PUBLISH_GRACE_S - 0.1
    await recover(house)
    assert await house.waiting() == 0


async def test_a_submit_that_died_before_its_publish_is_made_good(house: House) -> None:
    await house.submit()
    await empty_queue(house)
    house.clock.at += PUBLISH_GRACE_S
    await recover(house)
    await recover(house)
    assert await house.waiting() == 1


async def test_a_confirmed_task_is_not_published_twice(house: House) -> None:
    task = (await house.submit()).task
    house.clock.at += 1
    await house.container.confirm()()
    assert (await house.task(task)).published_at == house.clock.at
    house.clock.at += 100
    await recover(house)
    assert await house.waiting() == 1


async def test_a_wakeup_the_queue_lost_is_published_again(house: House) -> None:
    task = (await house.submit()).task
    house.clock.at += 1
    await house.container.confirm()()
    await empty_queue(house)
    house.clock.at += PUBLISH_GRACE_S
    await recover(house)
    assert await house.waiting() == 1
    assert (await house.task(task)).published_at == house.clock.at


async def test_while_others_wait_in_its_tier_a_task_is_not_called_stranded(house: House) -> None:
    task = (await house.submit()).task
    house.clock.at += 1
    await house.container.confirm()()
    house.clock.at += PUBLISH_GRACE_S
    await recover(house)
    assert (await house.task(task)).status is PENDING
    assert await house.waiting() == 1


async def test_a_lost_wakeup_is_found_behind_any_backlog_of_another_tier(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recover_tasks, "AT_ONCE", 1)
    await house.submit()
    lost = (await house.submit(priority=Priority.HIGH)).task
    house.clock.at += 1
    await house.container.confirm()()
    house.container.queue()._waiting[Priority.HIGH].clear()
    house.clock.at += PUBLISH_GRACE_S
    await recover(house)
    assert (await house.task(lost)).published_at == house.clock.at
    assert await house.waiting() == 2


async def test_a_claimed_task_needs_no_confirmation(house: House) -> None:
    task = (await house.submit()).task
    await house.container.process()(wakeup_for(task))
    revision = (await house.task(task)).revision
    house.clock.at += 1
    await house.container.confirm()()
    assert (await house.task(task)).revision == revision


async def test_a_retry_is_not_confirmed_by_the_wakeup_of_the_attempt_before(house: House) -> None:
    task = (await house.submit(params={"fail": "unforeseen"})).task
    await house.process(task)
    house.clock.at += 1
    await empty_queue(house)
    await house.container.confirm()()
    assert (await house.task(task)).published_at is None
    await recover(house)
    assert await house.waiting() == 1


class RacingQueue(MemoryQueue):
    """A worker answers each wake-up, and fails, before the publish is confirmed."""

    house: House | None = None

    async def publish(self, wakeup: Wakeup) -> None:
        house, self.house = self.house, None
        if house is not None:
            await house.container.process()(wakeup)


async def test_a_published_retry_that_failed_at_once_is_published_again() -> None:
    queue = RacingQueue(Ageing(), time.monotonic, grace_s=1)
    house = House(queue)
    task = (await house.submit(params={"fail": "unforeseen"})).task
    await house.process(task)
    house.clock.at += 1
    queue.house = house
    await recover(house)
    seen = await house.task(task)
    assert (seen.status, seen.attempt, seen.published_at) == (RETRY, 2, None)
