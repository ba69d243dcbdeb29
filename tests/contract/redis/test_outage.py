"""What callers hear while the server is gone, slow, or reached over a bad link."""

import asyncio
from urllib.parse import urlsplit

import pytest

from adapters.redis_client import RedisClient
from adapters.tasks.redis import RedisTaskStore
from adapters.tasks.redis_outbox import RedisWebhookOutbox
from domain.model.errors import StorageUnavailable
from domain.model.life_cycle import claim
from domain.model.request import TaskRequest
from domain.model.task import Move, move
from ports.task_store import TaskQuery
from tests.contract.clauses.task_store import told
from tests.contract.redis.own_server import KEY, Connect, calls
from tests.contract.task_factory import POLICY, START, SteppedClock, pending
from tests.servers.redis_server import RedisServer
from tests.servers.tcp_link import tcp_link

pytestmark = pytest.mark.anyio

CALLBACK = TaskRequest(model="echo", callback_url="https://caller.example/hook")


async def test_every_call_is_unavailable_while_the_server_is_gone_and_works_once_it_is_back(
    server: RedisServer, client: RedisClient
) -> None:
    server.kill()
    for call in calls(client):
        with pytest.raises(StorageUnavailable) as caught:
            await call()
        assert caught.value.__cause__ is not None
    server.start()
    for call in calls(client):
        await call()


async def test_a_server_that_does_not_answer_makes_nobody_hang(
    server: RedisServer, connect: Connect
) -> None:
    async with tcp_link(urlsplit(server.url).port or 0) as link:
        client = await connect(f"redis://127.0.0.1:{link.port}/1", timeout_s=0.2)
        link.flows.clear()
        for call in calls(client):
            with pytest.raises(StorageUnavailable):
                await asyncio.wait_for(call(), 10)
        link.flows.set()
        for call in calls(client):
            await call()


async def test_a_write_whose_answer_got_lost_is_known_again(
    server: RedisServer, connect: Connect, clock: SteppedClock
) -> None:
    """The client asks a second time, and hears of its own write."""
    async with tcp_link(urlsplit(server.url).port or 0) as link:
        client = await connect(f"redis://127.0.0.1:{link.port}/1")
        store = RedisTaskStore(client, "t:", clock)
        await store.insert_once(pending(), None)
        task = pending(request=CALLBACK)

        link.replies_to_lose = 1
        assert await store.insert_once(task, KEY) == task
        running = claim(task, START, "w", POLICY).task
        link.replies_to_lose = 1
        assert await store.replace(running, task.revision)
        ended = move(running, Move.CANCEL, START)
        link.replies_to_lose = 1
        assert await store.replace(ended.task, running.revision, ended.outbox)
        assert link.replies_to_lose == 0

        assert await store.get(task.task_id) == ended.task
        assert await told(RedisWebhookOutbox(client, "t:", clock)) == list(ended.outbox)
        assert not await store.replace(running, task.revision)


async def test_the_same_write_by_another_is_another(
    client: RedisClient, store: RedisTaskStore, clock: SteppedClock
) -> None:
    task = pending()
    await store.insert_once(task, None)
    claimed = claim(task, START, "w", POLICY).task
    won = [await each.replace(claimed, task.revision)
           for each in (store, store, RedisTaskStore(client, "t:", clock))]  # fmt: skip
    assert won == [True, False, False]


@pytest.mark.parametrize("turns", range(24))
async def test_a_canceled_caller_ends_and_harms_nobody(store: RedisTaskStore, turns: int) -> None:
    other, first = pending(), pending()
    await store.insert_once(other, None)
    caller = asyncio.create_task(store.insert_once(first, KEY))
    for _ in range(turns):
        await asyncio.sleep(0)
    # On Python 3.11 asyncio.wait_for, which the library uses, loses a cancel now and then.
    assert caller.cancel() == (await asyncio.wait({caller}) and caller.cancelled())
    assert await store.get(other.task_id) == other
    answer = await store.insert_once(pending(), KEY)
    assert (await store.get(first.task_id) == first) == (answer == first)
    assert await store.list(TaskQuery(tenant="acme")) == (answer, other)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("redis://:hush@127.0.0.1:1/0", "127.0.0.1:"),
        ("redis://:hush@[::1", "REDIS_URL"),
        ("http://:hush@127.0.0.1/", "http"),
        ("redis://:hush@127.0.0.1:nan/0", "REDIS_URL"),
    ],
)
async def test_a_url_that_leads_nowhere_stops_the_start_and_keeps_its_secret(
    url: str, reason: str
) -> None:
    with pytest.raises(StorageUnavailable, match="REDIS_URL") as caught:
        await RedisClient(url).start()
    assert reason in caught.value.detail
    assert "hush" not in caught.value.detail


async def test_a_wrong_password_stops_the_start_and_is_not_told(server: RedisServer) -> None:
    port = urlsplit(server.url).port
    with pytest.raises(StorageUnavailable, match="REDIS_URL") as caught:
        await RedisClient(f"redis://somebody:hush@127.0.0.1:{port}/0").start()
    assert "hush" not in caught.value.detail


async def test_who_is_not_open_is_unavailable(server: RedisServer) -> None:
    client = RedisClient(server.url)
    for call in calls(client):
        with pytest.raises(StorageUnavailable, match="not open"):
            await call()
    await client.start()
    await client.aclose()
    await client.aclose()
    with pytest.raises(StorageUnavailable, match="not open"):
        await client.ping()


async def test_what_was_under_way_when_it_closed_leaves_no_connection(
    server: RedisServer, connect: Connect
) -> None:
    async with tcp_link(urlsplit(server.url).port or 0) as link:
        client = await connect(f"redis://127.0.0.1:{link.port}/1")
        link.flows.clear()
        asked = asyncio.create_task(client.ping())
        await asyncio.sleep(0)
        closing = asyncio.create_task(client.aclose())
        await asyncio.sleep(0)
        link.flows.set()
        await asyncio.wait([asked, closing])
        asked.exception()
        assert not client._line._connection.is_connected
