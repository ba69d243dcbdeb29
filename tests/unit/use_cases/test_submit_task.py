import time

import pytest

from adapters.queue.memory import MemoryQueue
from domain.model.due import PUBLISH_GRACE_S
from domain.model.errors import (
    IdempotencyMismatch,
    InvalidRequest,
    Overloaded,
    TaskGone,
    Unavailable,
    UnknownModel,
    UrlNotAllowed,
)
from domain.model.events import PublishFailed
from domain.model.model_spec import ModelSpec
from domain.model.priority import Ageing
from domain.model.task import PENDING
from domain.model.wakeup import Wakeup
from tests.unit.use_cases.house import House, inline, png
from tests.unit.use_cases.runners import EchoRunner

pytestmark = pytest.mark.anyio


class SameRunner(EchoRunner):
    spec = ModelSpec(
        name="same", description="Deterministic.", makes_picture=False, deterministic=lambda _: True
    )


async def test_an_accepted_task_is_in_the_ledger_and_in_the_queue(house: House) -> None:
    accepted = await house.submit()
    assert not accepted.replayed
    assert (await house.task(accepted.task)).status is PENDING
    assert await house.waiting() == 1


async def test_an_inline_picture_is_a_blob_and_not_in_the_ledger(house: House) -> None:
    task = (await house.submit()).task
    source = task.request.pictures["image"]
    assert source.blob == f"inputs/default/{task.task_id}/image.png"
    blob = await house.container.blobs().get(source.blob)
    assert blob is not None
    assert blob.data == png()


async def test_the_same_id_and_body_give_the_same_task(house: House) -> None:
    first = await house.submit(client_request_id="a")
    again = await house.submit(client_request_id="a")
    assert again.replayed
    assert again.task.task_id == first.task.task_id
    assert await house.waiting() == 1


async def test_the_same_id_with_another_body_is_refused(house: House) -> None:
    await house.submit(client_request_id="a")
    with pytest.raises(IdempotencyMismatch):
        await house.submit(client_request_id="a", params={"n": 1})


async def test_a_replay_leaves_no_picture_behind(house: House) -> None:
    first = (await house.submit(client_request_id="a")).task
    blobs = house.container.blobs()
    await house.submit(client_request_id="a")
    source = first.request.pictures["image"].blob
    assert source is not None
    assert await blobs.get(source) is not None
    assert len(blobs.keys()) == 1


async def test_ids_of_two_tenants_do_not_meet(house: House) -> None:
    first = await house.submit(client_request_id="a")
    other = await house.submit(client_request_id="a", tenant="other")
    assert other.task.task_id != first.task.task_id


async def test_an_id_whose_task_was_deleted_says_so(house: House) -> None:
    task = (await house.submit(client_request_id="a")).task
    await house.container.use_cases().cancel("default", task.task_id)
    await house.container.use_cases().delete("default", task.task_id)
    with pytest.raises(TaskGone):
        await house.submit(client_request_id="a")


async def test_equal_keyless_requests_of_a_deterministic_model_share_a_task(house: House) -> None:
    house.container.models().register(SameRunner)
    first = await house.submit("same")
    assert (await house.submit("same")).task.task_id == first.task.task_id
    house.clock.at += 601
    assert (await house.submit("same")).task.task_id != first.task.task_id


async def test_a_failed_task_answers_no_keyless_request(house: House) -> None:
    house.container.models().register(SameRunner)
    first = (await house.submit("same")).task
    await house.container.use_cases().cancel("default", first.task_id)
    assert (await house.submit("same")).task.task_id != first.task_id


async def test_keyless_requests_of_other_models_stay_apart(house: House) -> None:
    assert (await house.submit()).task.task_id != (await house.submit()).task.task_id


async def test_a_full_queue_refuses_and_writes_nothing() -> None:
    house = House(max_queue_depth=1)
    await house.submit()
    with pytest.raises(Overloaded) as refused:
        await house.submit()
    assert refused.value.retry_after_s == 5
    assert len(house.container.blobs().keys()) == 1


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"model": "nobody"}, UnknownModel),
        ({"callback_url": "http://169.254.169.254/latest"}, UrlNotAllowed),
        ({"callback_url": "https://user@example.com/"}, UrlNotAllowed),
        ({"webhook_events": ("task.started",)}, InvalidRequest),
        ({"input": {"image_url": "http://169.254.169.254/latest"}}, UrlNotAllowed),
        ({"input": {"image_url": "http://2130706433/"}}, UrlNotAllowed),
    ],
)
async def test_what_cannot_be_served_is_refused_at_once(
    house: House, fields: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await house.submit(**fields)
    assert await house.waiting() == 0


async def test_a_large_inline_picture_is_read_beside_the_loop(house: House) -> None:
    noise = png() + bytes(100_000)
    task = (await house.submit(input={"image_base64": inline(noise)})).task
    assert task.request.pictures["image"].blob is not None


class ClosedQueue(MemoryQueue):
    """A broker that is out of reach until it is opened."""

    closed = True

    async def publish(self, wakeup: Wakeup) -> None:
        if self.closed:
            raise Unavailable("no broker")
        await super().publish(wakeup)


async def test_a_failed_publish_is_made_good_by_recover() -> None:
    queue = ClosedQueue(Ageing(), time.monotonic, grace_s=1)
    house = House(queue)
    task = (await house.submit()).task
    assert house.told(PublishFailed)
    recover = house.container.recover()
    house.clock.at += PUBLISH_GRACE_S
    await recover()
    assert (await house.task(task)).published_at is None
    queue.closed = False
    await recover()
    assert (await house.task(task)).published_at == house.clock.at
    assert await house.waiting() == 1
