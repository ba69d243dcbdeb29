"""get, list, cancel, retry, delete, purge, fetch: what a client does with a task it has."""

import asyncio

import pytest

from domain.model.errors import (
    StorageUnavailable,
    TaskExpired,
    TaskFailed,
    TaskGone,
    TaskNotFound,
    TaskNotTerminal,
    UnknownModel,
)
from domain.model.model_registry import ModelRegistry
from domain.model.task import CANCELED, SUCCESS, Task
from ports.task_store import TaskQuery
from tests.unit.use_cases.house import House
from tests.unit.use_cases.runners import GateRunner

pytestmark = pytest.mark.anyio


async def done(house: House, model: str = "invert") -> Task:
    task = (await house.submit(model)).task
    await house.process(task)
    return await house.task(task)


async def test_another_tenants_task_looks_like_none(house: House) -> None:
    task = (await house.submit()).task
    for call in (
        house.container.use_cases().get,
        house.container.use_cases().cancel,
        house.container.use_cases().delete,
        house.container.use_cases().retry,
    ):
        with pytest.raises(TaskNotFound) as foreign:
            await call("other", task.task_id)
        with pytest.raises(TaskNotFound) as unknown:
            await call("other", "nothing")
        assert foreign.value.detail == unknown.value.detail


@pytest.mark.parametrize("own", ["order-1", "order/1 of 2"])
async def test_a_task_is_found_by_its_id_and_by_its_clients(house: House, own: str) -> None:
    task = (await house.submit(client_request_id=own)).task
    find = house.container.use_cases().find
    assert (await find("default", task.task_id)).task_id == task.task_id
    assert (await find("default", own)).task_id == task.task_id
    for tenant, name in [("other", own), ("other", task.task_id), ("default", "order")]:
        with pytest.raises(TaskNotFound):
            await find(tenant, name)


async def test_waiting_ends_as_soon_as_the_task_does(house: House) -> None:
    task = (await house.submit("gate")).task
    running = await house.started(task)
    waiting = asyncio.create_task(
        house.container.use_cases().get("default", task.task_id, wait_s=60)
    )
    GateRunner.opened.set()
    seen = await asyncio.wait_for(waiting, 10)
    assert seen.status is SUCCESS
    await running


async def test_waiting_in_vain_gives_the_task_as_it_is(house: House) -> None:
    task = (await house.submit()).task
    seen = await house.container.use_cases().get("default", task.task_id, wait_s=0.01)
    assert not seen.terminal


async def test_pages_follow_each_other_without_gap_or_overlap(house: House) -> None:
    tasks = [(await house.submit()).task.task_id for _ in range(5)]
    listing = house.container.use_cases().list
    first = await listing(TaskQuery(tenant="default", limit=2))
    await house.submit()
    second = await listing(TaskQuery(tenant="default", limit=2, before=first.next_before))
    third = await listing(TaskQuery(tenant="default", limit=2, before=second.next_before))
    seen = [task.task_id for page in (first, second, third) for task in page.tasks]
    assert seen == tasks[::-1]
    assert third.next_before is None


async def test_a_waiting_task_is_canceled_at_once(house: House) -> None:
    task = (await house.submit()).task
    ended = await house.container.use_cases().cancel("default", task.task_id)
    assert ended.status is CANCELED
    await house.process(task)
    assert (await house.task(task)).attempt == 0


async def test_a_finished_task_stays_as_it_is_when_canceled(house: House) -> None:
    task = await done(house)
    assert await house.container.use_cases().cancel("default", task.task_id) == task


async def test_a_retry_is_a_new_task_with_its_own_picture(house: House) -> None:
    old = await done(house)
    new = await house.container.use_cases().retry("default", old.task_id)
    assert new.retry_of == old.task_id
    await house.container.use_cases().delete("default", old.task_id)
    await house.process(new)
    assert (await house.task(new)).status is SUCCESS


async def test_an_unfinished_task_can_be_neither_retried_nor_deleted(house: House) -> None:
    task = (await house.submit()).task
    for call in (house.container.use_cases().retry, house.container.use_cases().delete):
        with pytest.raises(TaskNotTerminal):
            await call("default", task.task_id)


async def test_a_model_that_was_taken_away_is_not_tried_again(house: House) -> None:
    old = await done(house)
    house.container.models().renew(ModelRegistry())
    with pytest.raises(UnknownModel):
        await house.container.use_cases().retry("default", old.task_id)


async def test_a_retry_needs_the_picture_to_be_there(house: House) -> None:
    old = await done(house)
    await house.container.blobs().delete("inputs/default/")
    with pytest.raises(TaskGone):
        await house.container.use_cases().retry("default", old.task_id)


async def test_deleting_leaves_a_tombstone_and_no_file(house: House) -> None:
    task = await done(house)
    await house.container.use_cases().delete("default", task.task_id)
    assert house.container.blobs().keys() == []
    with pytest.raises(TaskGone):
        await house.container.use_cases().get("default", task.task_id)
    listed = await house.container.use_cases().list(TaskQuery(tenant="default"))
    assert not listed.tasks
    house.clock.at += 31 * 86_400
    with pytest.raises(TaskNotFound):
        await house.container.use_cases().get("default", task.task_id)


async def test_purge_forgets_what_was_kept_long_enough(house: House) -> None:
    task = await done(house)
    house.clock.at += 604_799
    await house.container.purge()()
    assert (await house.task(task)).erased_at is None
    house.clock.at += 1
    await house.container.purge()()
    assert (await house.task(task)).erased_at == house.clock.at
    assert house.container.blobs().keys() == []


async def test_purge_finishes_a_deletion_that_was_cut_off(house: House) -> None:
    task = await done(house)
    erase = house.container.erase()
    await house.container.ledger().change(task.task_id, erase._tombstone)
    assert house.container.blobs().keys() != []
    await house.container.purge()()
    assert house.container.blobs().keys() == []
    assert (await house.task(task)).purge_at is None


async def test_only_a_success_has_a_result(house: House) -> None:
    fetch = house.container.use_cases().fetch_result
    task = await done(house)
    result = fetch.of(task)
    assert (await fetch(result.key)).content_type == "image/png"
    with pytest.raises(StorageUnavailable):
        await fetch(result.key + "x")
    canceled = (await house.submit()).task
    with pytest.raises(TaskFailed):
        fetch.of(await house.container.use_cases().cancel("default", canceled.task_id))


async def test_an_expired_task_has_no_result(house: House) -> None:
    task = (await house.submit(ttl_s=1)).task
    house.clock.at += 1
    await house.container.recover()()
    with pytest.raises(TaskExpired):
        house.container.use_cases().fetch_result.of(await house.task(task))
