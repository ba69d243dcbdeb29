import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest
from dependency_injector import providers

from adapters.blobs.memory import MemoryBlobStore
from domain.model.events import AttemptFailed, StaleWriteRefused, UnknownWakeup
from domain.model.links import LinkSigner
from domain.model.task import CANCELED, EXPIRED, FAILURE, PENDING, RETRY, STARTED, SUCCESS, Task
from domain.model.wakeup import Verdict
from entrypoints.background import started
from tests.unit.use_cases.house import House, inline, png
from tests.unit.use_cases.runners import GateRunner

pytestmark = pytest.mark.anyio


async def test_a_task_succeeds_with_a_result_that_can_be_fetched(house: House) -> None:
    task = (await house.submit("invert")).task
    assert await house.process(task) is Verdict.ACK
    done = await house.task(task)
    assert done.status is SUCCESS
    assert done.progress == 100
    assert done.result is not None
    assert done.result.size == (4, 3)
    blob = await house.container.blobs().get(done.result.key)
    assert blob is not None
    assert len(blob.data) == done.result.bytes
    assert done.result.key.startswith("results/default/20270115/")
    assert done.result.key.endswith(f"/{task.task_id}/1/{task.task_id}_4x3.png")
    assert done.result.thumbnail_key == done.result.key


async def test_a_large_picture_has_a_thumbnail_named_after_its_size(house: House) -> None:
    large = {"image_base64": inline(png(600, 300))}
    task = (await house.submit("invert", input=large)).task
    await house.process(task)
    done = await house.task(task)
    assert done.result is not None
    assert done.result.size == (600, 300)
    assert done.result.thumbnail_key is not None
    assert done.result.thumbnail_key.endswith(f"{task.task_id}_256x128.png")
    assert await house.container.blobs().get(done.result.thumbnail_key) is not None


async def test_a_model_without_a_picture_leaves_a_document(house: House) -> None:
    task = (await house.submit(params={"n": 1})).task
    await house.process(task)
    done = await house.task(task)
    assert done.result is not None
    assert done.result.key.endswith(f"/1/{task.task_id}.json")
    blob = await house.container.blobs().get(done.result.key)
    assert blob is not None
    assert json.loads(blob.data) == {"n": 1}
    assert done.warnings == ("echoed",)


async def test_a_doubled_wakeup_starts_nothing(house: House) -> None:
    task = (await house.submit()).task
    await house.process(task)
    assert await house.process(task) is Verdict.ACK
    assert (await house.task(task)).attempt == 1


async def test_twenty_wakeups_at_once_start_one_attempt(house: House) -> None:
    task = (await house.submit()).task
    await asyncio.gather(*(house.process(task) for _ in range(20)))
    assert (await house.task(task)).attempt == 1


async def test_a_wakeup_of_an_unknown_task_is_counted_and_dropped(house: House) -> None:
    task = (await House().submit()).task
    assert await house.process(task) is Verdict.ACK
    assert house.told(UnknownWakeup)


async def test_a_model_this_worker_lacks_goes_back_uncharged(house: House) -> None:
    task = (await house.submit()).task
    del house.container.models()._models["echo"]
    assert await house.process(task) is Verdict.REQUEUE
    assert (await house.task(task)).charged == 0


async def test_a_permanent_error_fails_at_once(house: House) -> None:
    task = (await house.submit(params={"fail": "permanent"})).task
    await house.process(task)
    failed = await house.task(task)
    assert failed.status is FAILURE
    assert failed.error is not None
    assert (failed.error.code, failed.attempt) == ("image_corrupt", 1)


async def test_an_unforeseen_error_is_tried_again_until_the_attempts_are_used(house: House) -> None:
    task = (await house.submit(params={"fail": "unforeseen"})).task
    for attempt in range(1, 5):
        await house.process(task)
        seen = await house.task(task)
        assert seen.attempt == attempt
        assert seen.status is (RETRY if attempt < 4 else FAILURE)
        house.clock.at += 60
    assert seen.error is not None
    assert seen.error.code == "attempts_exhausted"
    assert "/secret/path" not in seen.error.message
    assert "/secret/path" in house.told(AttemptFailed)[0].text


async def test_a_retry_waits_for_its_time(house: House) -> None:
    task = (await house.submit(params={"fail": "unforeseen"})).task
    await house.process(task)
    waiting = await house.task(task)
    assert waiting.not_before == house.clock.at + 0.5
    await house.process(task)
    assert (await house.task(task)).attempt == 1


async def test_a_missing_upload_is_a_permanent_failure(house: House) -> None:
    task = (await house.submit()).task
    await house.container.blobs().delete("inputs/default/")
    await house.process(task)
    failed = await house.task(task)
    assert failed.status is FAILURE
    assert failed.error is not None
    assert failed.error.code == "fetch_failed"


async def test_a_task_past_its_ttl_never_starts(house: House) -> None:
    task = (await house.submit(ttl_s=10)).task
    house.clock.at += 10
    await house.process(task)
    assert (await house.task(task)).status is EXPIRED
    assert (await house.task(task)).attempt == 0


async def test_a_running_task_is_canceled_within_a_step(house: House) -> None:
    task = (await house.submit("gate")).task
    running = await house.started(task)
    asked = await house.container.use_cases().cancel("default", task.task_id)
    assert asked.status is STARTED
    assert asked.cancel_requested
    assert await asyncio.wait_for(running, 10) is Verdict.ACK
    assert (await house.task(task)).status is CANCELED


async def test_a_result_that_comes_after_the_cancel_is_refused(house: House) -> None:
    task = (await house.submit("gate")).task
    GateRunner.deaf = True
    running = await house.started(task)
    await house.container.use_cases().cancel("default", task.task_id)
    GateRunner.opened.set()
    await asyncio.wait_for(running, 10)
    ended = await house.task(task)
    assert ended.status is CANCELED
    assert ended.result is None


async def test_progress_and_lease_are_written_while_it_runs(house: House) -> None:
    task = (await house.submit("gate")).task
    running = await house.started(task)
    seen = await house.until(task, lambda now: now.progress == 50)
    assert seen.status is STARTED
    house.clock.at += 6
    seen = await house.until(task, lambda now: now.lease_until == house.clock.at + 15)
    assert seen.attempt == 1
    GateRunner.opened.set()
    await asyncio.wait_for(running, 10)


async def test_a_worker_that_lost_its_lease_is_refused(house: House) -> None:
    task = (await house.submit("gate")).task
    GateRunner.deaf = True
    running = await house.started(task)
    await take_over(house, task)
    GateRunner.opened.set()
    await asyncio.wait_for(running, 10)
    seen = await house.task(task)
    assert seen.status is RETRY
    assert seen.result is None
    assert len(house.told(StaleWriteRefused)) == 1


async def test_a_drained_task_goes_back_uncharged(house: House) -> None:
    task = (await house.submit("gate")).task
    running = await house.started(task)
    running.cancel()
    await asyncio.wait([running])
    assert running.cancelled()
    seen = await house.task(task)
    assert (seen.status, seen.charged, seen.attempt) == (PENDING, 0, 1)
    assert seen.published_at is None


class Meanwhile(MemoryBlobStore):
    """While the first result is stored, something else happens."""

    def __init__(self, happens: Callable[[], Awaitable[object]]) -> None:
        super().__init__(LinkSigner("a-secret-of-the-tests"))
        self._happens: Callable[[], Awaitable[object]] | None = happens

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        await super().put(key, data, content_type)
        if self._happens and key.startswith("results/"):
            happens, self._happens = self._happens, None
            await happens()


async def test_no_result_leaves_a_process_whose_device_has_failed() -> None:
    """Not even one that was made before: whatever broke may have been at work already."""
    house = House()

    async def the_device_fails() -> None:
        assert await house.process(poison) is Verdict.ACK

    house.container.override_providers(blobs=providers.Object(Meanwhile(the_device_fails)))
    async with started(house.container.lifetimes()):
        poison = (await house.submit(params={"fail": "device"})).task
        made, waiting = (await house.submit()).task, (await house.submit(params={"n": 1})).task
        assert await house.process(made) is Verdict.ACK
        assert await house.process(waiting) is Verdict.REQUEUE
    struck, back = await house.task(poison), await house.task(made)
    assert (struck.status, struck.charged, struck.alone) == (RETRY, 1, True)
    assert (back.status, back.charged, back.alone, back.result) == (PENDING, 0, False, None)
    assert (await house.task(waiting)).attempt == 0


async def test_an_attempt_past_its_limit_fails(house: House) -> None:
    task = (await house.submit("gate")).task
    running = await house.started(task)
    house.clock.at += 600
    await asyncio.wait_for(running, 10)
    failed = await house.task(task)
    assert failed.status is FAILURE
    assert failed.error is not None
    assert failed.error.code == "deadline_exceeded"


async def test_a_hung_attempt_ends_the_process(house: House) -> None:
    task = (await house.submit("gate")).task
    GateRunner.deaf = True
    running = await house.started(task)
    house.clock.at += 606
    assert await asyncio.wait_for(house.hung.wait(), 10)
    GateRunner.opened.set()
    await asyncio.wait_for(running, 10)


async def take_over(house: House, task: Task) -> None:
    """The lease ends unnoticed, as after a long pause of the worker, and recover acts on it."""
    async with asyncio.timeout(10):
        while (seen := await house.task(task)).status is STARTED:
            house.clock.at = (seen.lease_until or 0.0) + 1
            await house.container.recover()()


async def test_a_result_larger_than_an_input_may_be_is_refused(house: House) -> None:
    tight = House(max_pixels=100)
    address = "https://93.184.215.14/a.png"
    tight.container.fetcher().publish(address, png(11, 10))
    task = (await tight.submit("invert", input={"image_url": address})).task
    await tight.process(task)
    failed = await tight.task(task)
    assert failed.error is not None
    assert (failed.status, failed.error.code) == (FAILURE, "image_too_large")


async def test_data_that_is_not_json_fails_the_attempt(house: House) -> None:
    task = (await house.submit(params={"fail": "nan"})).task
    await house.process(task)
    failed = await house.task(task)
    assert failed.error is not None
    assert (failed.status, failed.error.code) == (RETRY, "inference_failed")


async def test_a_hung_attempt_ends_the_process_although_recover_gave_it_up(house: House) -> None:
    task = (await house.submit("gate")).task
    GateRunner.deaf = True
    running = await house.started(task)
    house.clock.at += 600
    await house.until(task, lambda now: now.lease_until == now.run_until)
    await house.container.recover()()
    assert (await house.task(task)).status is FAILURE
    house.clock.at += 6
    assert await asyncio.wait_for(house.hung.wait(), 10)
    GateRunner.opened.set()
    await asyncio.wait_for(running, 10)
