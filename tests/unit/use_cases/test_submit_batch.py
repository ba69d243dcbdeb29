"""What a batch's submit does beyond what its HTTP surface shows."""

import time

import pytest

from adapters.queue.memory import MemoryQueue
from domain.model.batch import Batch
from domain.model.due import PUBLISH_GRACE_S
from domain.model.errors import InvalidRequest, Unavailable
from domain.model.events import PublishFailed
from domain.model.priority import Ageing
from domain.model.wakeup import Wakeup
from domain.use_cases.read_submission import Submission
from domain.use_cases.submit_batch import BatchItem, BatchSubmission
from domain.use_cases.wake_workers import AT_ONCE, LONGEST_S
from tests.unit.use_cases.house import House, inline, png

pytestmark = pytest.mark.anyio


def item(model: str = "echo") -> BatchItem:
    asked = Submission(tenant="acme", model=model, input={"image_base64": inline(png())})
    return BatchItem(asked=asked)


async def submitted(house: House, *items: BatchItem) -> Batch:
    submission = BatchSubmission(tenant="acme", items=items)
    return (await house.container.use_cases().submit_batch(submission)).batch


class LimpingQueue(MemoryQueue):
    """A broker that takes its time, or is gone, until it is `well`."""

    well, takes_s, tried = False, 0.0, 0
    elapsed_s = 0.0

    def elapsed(self) -> float:
        return self.elapsed_s

    async def publish(self, wakeup: Wakeup) -> None:
        if not self.well:
            self.tried += 1
            self.elapsed_s += self.takes_s
            if not self.takes_s:
                raise Unavailable("no broker")
        await super().publish(wakeup)


async def test_one_failed_publish_is_enough_and_recover_does_the_rest() -> None:
    queue = LimpingQueue(Ageing(), time.monotonic, grace_s=1)
    house = House(queue)
    batch = await submitted(house, *(item() for _ in range(100)))
    assert batch.counts.pending == 100
    assert 0 < len(house.told(PublishFailed)) <= AT_ONCE
    queue.well = True
    house.clock.at += PUBLISH_GRACE_S
    await house.container.recover()()
    assert await house.waiting() == 100


async def test_a_slow_broker_keeps_nobody_longer_than_said() -> None:
    queue = LimpingQueue(Ageing(), time.monotonic, grace_s=1)
    queue.takes_s = LONGEST_S / 10
    house = House(queue)
    house.container.override_providers(elapsed=queue.elapsed)
    await submitted(house, *(item() for _ in range(100)))
    assert queue.tried < 50


async def test_a_refused_batch_leaves_no_file(house: House) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await submitted(house, item(), item("nobody"))
    assert [error.pointer for error in refused.value.errors] == ["/items/1"]
    assert len(house.container.blobs().keys()) == 0
