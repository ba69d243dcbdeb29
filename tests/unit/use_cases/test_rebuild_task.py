import pytest
from dependency_injector import providers

from domain.model.events import UnknownWakeup
from domain.model.task import SUCCESS, Task
from domain.model.wakeup import Verdict, wakeup_for
from ports.epoch import Epoch
from tests.unit.use_cases.house import House
from tests.unit.use_cases.runners import GateRunner

pytestmark = pytest.mark.anyio


class Flushed(Epoch):
    """A ledger that lost what is older than `since`."""

    def __init__(self, since: float) -> None:
        self.since = since

    async def lost(self, created_at: float) -> bool:
        return created_at < self.since


async def flushed(before: House) -> House:
    """The same service after its ledger lost everything; its files and messages are still there."""
    after = House()
    after.clock.at = before.clock.at + 60
    epoch = Flushed(before.clock.at + 1)
    after.container.override_providers(
        epoch=providers.Object(epoch), blobs=providers.Object(before.container.blobs())
    )
    return after


async def accepted(house: House) -> Task:
    return (await house.submit(client_request_id="a", params={"n": 1})).task


async def test_a_lost_task_runs_and_becomes_readable_again(house: House) -> None:
    task = await accepted(house)
    after = await flushed(house)
    assert await after.container.process()(wakeup_for(task)) is Verdict.ACK
    done = await after.task(task)
    assert (done.status, done.created_at) == (SUCCESS, task.created_at)
    assert done.fingerprint == task.fingerprint
    assert done.result is not None
    assert done.result.data == {"n": 1}


async def test_its_clients_id_finds_it_again(house: House) -> None:
    task = await accepted(house)
    after = await flushed(house)
    await after.container.process()(wakeup_for(task))
    again = await after.submit(client_request_id="a", params={"n": 1})
    assert again.replayed
    assert again.task.task_id == task.task_id


async def test_a_deleted_task_does_not_rise(house: House) -> None:
    after = await flushed(house)
    task = await accepted(after)
    wakeup = wakeup_for(task)
    await after.container.use_cases().cancel("default", task.task_id)
    await after.container.use_cases().delete("default", task.task_id)
    after.clock.at += 31 * 86_400
    assert await after.container.process()(wakeup) is Verdict.ACK
    assert await after.container.store().get(task.task_id) is None
    assert after.told(UnknownWakeup)


async def test_a_task_whose_row_is_lost_while_it_runs_is_offered_again(house: House) -> None:
    task = (await house.submit("gate")).task
    running = await house.started(task)
    house.container.store()._drop(task.task_id)
    GateRunner.opened.set()
    assert await running is Verdict.REQUEUE
