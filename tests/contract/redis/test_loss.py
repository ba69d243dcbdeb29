"""What is left of the ledger after its server was killed, flushed or filled up."""

import asyncio

import pytest

from adapters.epoch.redis import RedisEpoch
from adapters.redis_client import RedisClient
from adapters.tasks.redis import RedisTaskStore
from domain.model.due import Due
from domain.model.errors import StorageUnavailable
from domain.model.life_cycle import claim
from domain.model.task import Move, move
from ports.task_store import TaskQuery
from tests.contract.redis.own_server import KEY, Connect, StartServer, calls
from tests.contract.task_factory import POLICY, START, SteppedClock, pending
from tests.servers.redis_server import AOF, RedisServer

pytestmark = pytest.mark.anyio


async def test_what_was_answered_survives_kill_9(
    server: RedisServer, store: RedisTaskStore, clock: SteppedClock
) -> None:
    waiting, running = pending(), pending()
    await store.insert_once(waiting, KEY)
    await store.insert_once(running, None)
    claimed = claim(running, START, "w", POLICY).task
    assert await store.replace(claimed, running.revision)
    server.kill()
    server.start()
    clock.advance(60)
    assert await store.list(TaskQuery(tenant="acme")) == (claimed, waiting)
    assert await store.insert_once(pending(), KEY) == waiting
    assert await store.due(Due.UNPUBLISHED, 10) == (waiting,)
    assert await store.due(Due.LEASE_OVER, 10) == (claimed,)


async def test_after_a_flush_everything_is_absent_and_nothing_is_an_error(
    client: RedisClient, store: RedisTaskStore
) -> None:
    task = pending()
    await store.insert_once(task, KEY)
    await client.call("FLUSHALL")
    assert await store.get(task.task_id) is None
    assert not await store.replace(claim(task, START, "w", POLICY).task, task.revision)
    assert await store.list(TaskQuery(tenant="acme")) == ()
    assert [await store.due(kind, 10) for kind in Due] == [()] * len(Due)
    assert await store.insert_once(task, KEY) == task
    assert await store.get(task.task_id) == task


async def test_every_call_outlives_a_server_that_forgot_the_scripts(client: RedisClient) -> None:
    for call in calls(client):
        await client.call("SCRIPT FLUSH")
        await call()


async def test_a_flush_is_known_to_every_process(client: RedisClient, clock: SteppedClock) -> None:
    epochs = [RedisEpoch(client, "t:", clock) for _ in range(3)]
    await asyncio.gather(*(epoch.start() for epoch in epochs))
    clock.advance(60)
    await client.call("FLUSHALL")
    assert [await epoch.lost(START) for epoch in epochs] == [True] * 3
    assert [await epoch.lost(clock.seconds) for epoch in epochs] == [False] * 3


async def test_a_server_started_anew_may_have_lost_its_last_rows(
    server: RedisServer, client: RedisClient, clock: SteppedClock
) -> None:
    epoch = RedisEpoch(client, "t:", clock)
    await epoch.start()
    clock.advance(60)
    assert not await epoch.lost(START)
    server.kill()
    server.start()
    assert await epoch.lost(START)
    assert not await epoch.lost(clock.seconds)


async def test_a_full_server_takes_no_more_tasks_but_lets_the_accepted_end(
    start_server: StartServer, connect: Connect, clock: SteppedClock
) -> None:
    server = start_server(*AOF)
    client = await connect(server.url)
    store = RedisTaskStore(client, "t:", clock)
    task = pending()
    await store.insert_once(task, KEY)
    await client.call("CONFIG SET", "maxmemory", 1)
    with pytest.raises(StorageUnavailable):
        await store.insert_once(refused := pending(), None)
    assert await store.get(refused.task_id) is None
    assert await store.list(TaskQuery(tenant="acme")) == (task,)
    canceled = move(task, Move.CANCEL, START).task
    assert await store.replace(canceled, task.revision)
    assert await store.get(task.task_id) == canceled
