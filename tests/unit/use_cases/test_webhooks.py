"""From the end of a task to the receiver's 200, over the in-memory adapters."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from dependency_injector import providers

from adapters.webhooks.memory import Arrived, MemoryWebhookSender
from domain.model.errors import DeliveryNotFound, SecretFixed, SecretShown, UrlNotAllowed
from domain.model.events import LoopFailed, WebhookTried
from domain.model.task import Task
from domain.model.webhook import Answer, Delivery, Outcome
from domain.use_cases.send_webhook import Subject
from entrypoints.http.webhook_view import bodies
from ports.webhook_outbox import DeliveryQuery
from tests.unit.use_cases.house import House

pytestmark = pytest.mark.anyio

HOOK = "https://93.184.215.14/hook"
OTHER = "https://93.184.215.15/hook"


@pytest.fixture
def house() -> House:
    return House()


def sender(house: House) -> MemoryWebhookSender:
    found = house.container.sender()
    assert isinstance(found, MemoryWebhookSender)
    return found


@asynccontextmanager
async def delivering(house: House) -> AsyncIterator[None]:
    loop = asyncio.create_task(house.container.deliver()(bodies(house.container.gateway())))
    try:
        yield
    finally:
        loop.cancel()
        await asyncio.wait([loop])


async def log(house: House, tenant: str = "default") -> list[Delivery]:
    return list(await house.container.outbox().list(DeliveryQuery(tenant=tenant, limit=1_000)))


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await holds():  # noqa: ASYNC110 - the outbox has no events
            await asyncio.sleep(0.01)


async def settled(house: House) -> None:
    """No delivery is due any more."""

    async def idle() -> bool:
        rows = await log(house)
        return all(
            row.leased_until is None and (row.next_at is None or row.next_at > house.clock())
            for row in rows
        )

    await until(idle)


def arrived(house: House) -> list[Arrived]:
    return list(sender(house).arrived)


async def canceled(house: House, **fields: object) -> Task:
    task = (await house.submit(**{"callback_url": HOOK, **fields})).task
    return await house.container.use_cases().cancel(task.tenant, task.task_id)


async def test_the_end_is_told_once_with_the_task_in_it(house: House) -> None:
    task = (await house.submit(callback_url=HOOK)).task
    async with delivering(house):
        await house.process(task)
        await settled(house)
    (one,) = arrived(house)
    body = json.loads(one.body)
    assert (body["type"], body["data"]["status"]) == ("task.succeeded", "SUCCESS")
    assert body["data"]["task_id"] == task.task_id
    assert body["data"]["urls"]["self"] == f"http://127.0.0.1:8000/v1/tasks/{task.task_id}"
    assert body["timestamp"].endswith("Z")
    (row,) = await log(house)
    assert (row.outcome, row.tries, row.status) == (Outcome.DELIVERED, 1, 200)
    assert one.headers["webhook-id"] == row.delivery_id
    assert [told.delivery for told in house.told(WebhookTried)] == [row]


async def test_a_start_is_told_as_it_was_also_after_the_end(house: House) -> None:
    task = (await house.submit(callback_url=HOOK, webhook_events=("task.started",))).task
    house.clock.at += 7
    await house.process(task)
    assert (await house.task(task)).terminal
    async with delivering(house):
        await settled(house)
    (one,) = arrived(house)
    told = json.loads(one.body)
    assert told["type"] == "task.started"
    assert (told["data"]["status"], told["data"]["attempt"]) == ("STARTED", 1)
    assert told["data"]["started_at"] == told["timestamp"]
    assert told["data"]["timing"]["queue_ms"] == 7_000
    assert (told["data"]["result"], told["data"]["finished_at"]) == (None, None)


async def test_the_receiver_finds_the_end_when_it_asks(house: House) -> None:
    """The row was stored with the end: whoever is told can read it."""
    task = await canceled(house)
    (row,) = await log(house)
    assert row.task_id == task.task_id
    assert (await house.task(task)).terminal


async def test_a_failed_try_comes_again_by_the_schedule_under_the_same_id(house: House) -> None:
    sender(house).script(HOOK, [Answer(500), Answer(None, "broken"), Answer(302), Answer(200)])
    await canceled(house)
    async with delivering(house):
        for wait_s in (0, 5.5, 330, 1_980):
            house.clock.at += wait_s
            await settled(house)
    (row,) = await log(house)
    assert (row.outcome, row.tries) == (Outcome.DELIVERED, 4)
    heads = [each.headers for each in arrived(house)]
    assert len({head["webhook-id"] for head in heads}) == 1
    assert len({head["webhook-timestamp"] for head in heads}) == 3, "one try did not arrive"
    assert len({each.body for each in arrived(house)}) == 1
    outcomes = [told.delivery.outcome.value for told in house.told(WebhookTried)]
    assert outcomes == ["pending", "pending", "pending", "delivered"]


async def test_a_try_whose_sender_died_is_made_again(house: House) -> None:
    """It was leased, and nobody ever said what came of it."""
    house.container.override_providers(leave_s=providers.Object(0.0))
    await canceled(house)
    stuck = asyncio.Event()

    async def never(_delivery: Delivery, _subject: Subject) -> bytes:
        stuck.set()
        await asyncio.Event().wait()
        return b""

    dying = asyncio.create_task(house.container.deliver()(never))
    await stuck.wait()
    dying.cancel()
    await asyncio.wait([dying])
    async with delivering(house):
        await settled_after_lease(house)
    assert [each.headers["webhook-id"] for each in arrived(house)] == [
        row.delivery_id for row in await log(house)
    ]


async def test_who_ends_lets_come_back_what_is_under_way_and_begins_nothing_more(
    house: House,
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    real = bodies(house.container.gateway())

    async def slow(delivery: Delivery, subject: Subject) -> bytes:
        begun.set()
        await go_on.wait()
        return await real(delivery, subject)

    for _ in range(9):
        await canceled(house)
    loop = asyncio.create_task(house.container.deliver()(slow))
    await begun.wait()
    loop.cancel()
    asyncio.get_running_loop().call_soon(go_on.set)
    await asyncio.wait([loop])
    outcomes = [row.outcome for row in await log(house)]
    assert outcomes.count(Outcome.DELIVERED) == len(arrived(house)) == 4
    assert not any(row.leased_until for row in await log(house))


async def settled_after_lease(house: House) -> None:
    house.clock.at += house.container.webhook_policy().lease_s
    await settled(house)


async def test_a_deleted_task_is_told_no_more(house: House) -> None:
    task = await canceled(house)
    await house.container.use_cases().delete(task.tenant, task.task_id)
    async with delivering(house):
        await settled(house)
    (row,) = await log(house)
    assert (row.outcome, row.error) == (Outcome.STOPPED, "What it tells of was deleted.")
    assert arrived(house) == []


async def test_a_receiver_that_is_silent_is_left_alone_and_others_are_served(
    house: House,
) -> None:
    sender(house).script(HOOK, [Answer(None, "no answer")])
    for _ in range(30):
        await canceled(house)
    other = await canceled(house, callback_url=OTHER)
    async with delivering(house):
        await until(lambda: told_to_all(house, other.task_id))
        silent = [told for told in house.told(WebhookTried) if told.delivery.url == HOOK]
        assert len(silent) <= 5 + 4, "five strikes, and those who were under way"


async def told_to_all(house: House, task_id: str) -> bool:
    return any(row.task_id == task_id and row.tries for row in await log(house))


async def test_an_error_is_told_and_the_loop_goes_on(house: House) -> None:
    broken = [True]
    real = bodies(house.container.gateway())

    async def body(delivery: Delivery, subject: Subject) -> bytes:
        if broken.pop() if broken else False:
            raise RuntimeError("a mistake of ours")
        return await real(delivery, subject)

    await canceled(house)
    loop = asyncio.create_task(house.container.deliver()(body))
    await until(lambda: told_of(house, LoopFailed))
    await settled_after_lease(house)
    loop.cancel()
    await asyncio.wait([loop])
    assert len(arrived(house)) == 1


async def told_of(house: House, kind: type) -> bool:
    return bool(house.told(kind))


async def test_redelivery_and_ping(house: House) -> None:
    await canceled(house)
    webhooks = house.container.webhooks()
    async with delivering(house):
        await settled(house)
        (row,) = await log(house)
        await webhooks.redeliver("default", row.delivery_id)
        ping = await webhooks.ping("default", HOOK)
        await settled(house)
    ids = [each.headers["webhook-id"] for each in arrived(house)]
    assert sorted(ids) == sorted([row.delivery_id, row.delivery_id, ping.delivery_id])
    kinds = [json.loads(each.body)["type"] for each in arrived(house)]
    assert sorted(kinds) == ["task.canceled", "task.canceled", "webhook.ping"]


async def test_of_others_deliveries_nothing_can_be_read_or_sent(house: House) -> None:
    await canceled(house, tenant="acme")
    (row,) = await log(house, "acme")
    webhooks = house.container.webhooks()
    for call in (webhooks.get, webhooks.redeliver):
        with pytest.raises(DeliveryNotFound):
            await call("default", row.delivery_id)
    with pytest.raises(UrlNotAllowed):
        await webhooks.ping("default", "http://127.0.0.1/")


async def test_a_secret_is_shown_once_and_rotates_with_two_live(house: House) -> None:
    signing = house.container.signing()
    first = await signing.show("acme")
    with pytest.raises(SecretShown):
        await signing.show("acme")
    second = (await signing.rotate("acme")).current
    assert await signing.live("acme") == (second, first)
    assert await signing.live("globex") != await signing.live("acme")
    house.clock.at += 86_400
    assert await signing.live("acme") == (second,)
    with pytest.raises(SecretShown):
        await signing.show("acme")


async def test_a_secret_of_the_operators_is_nobody_elses_to_see() -> None:
    fixed = "whsec_" + "A" * 32
    signing = House(webhook_secret=fixed).container.signing()
    assert await signing.live("acme") == (fixed,)
    for call in (signing.show, signing.rotate):
        with pytest.raises(SecretFixed):
            await call("acme")
