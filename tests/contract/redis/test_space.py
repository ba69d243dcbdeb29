"""What the ledger takes of the server: round trips, keys and their life."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from adapters.redis_client import RedisClient
from adapters.tasks import redis as redis_module
from adapters.tasks.redis import RedisTaskStore
from domain.model.due import Due
from domain.model.errors import StorageUnavailable
from domain.model.idempotency import client_key, signature_key
from domain.model.life_cycle import TOMBSTONE_S, claim
from domain.model.request import TaskRequest
from domain.model.task import TaskStatus
from ports.task_store import TaskQuery
from tests.contract.redis.own_server import KEY
from tests.contract.redis_space import keys
from tests.contract.task_factory import POLICY, START, SteppedClock, erased, failed, pending

pytestmark = pytest.mark.anyio


async def trips(client: RedisClient, call: Callable[[], Awaitable[object]]) -> int:
    """How often the server had to read from a client to answer the call."""
    before = (await client.call("INFO", "everything"))["total_reads_processed"]
    await call()
    return int((await client.call("INFO", "everything"))["total_reads_processed"] - before - 1)


async def test_each_call_is_one_round_trip(client: RedisClient, store: RedisTaskStore) -> None:
    task = pending()
    claimed = claim(task, START, "w", POLICY).task
    query = TaskQuery(tenant="acme", status=TaskStatus.STARTED)
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: store.insert_once(task, KEY),
        lambda: store.insert_once(pending(), KEY),
        lambda: store.get(task.task_id),
        lambda: store.replace(claimed, task.revision),
        lambda: store.list(query),
        lambda: store.due(Due.LEASE_OVER, 100),
    ]
    for call in calls:  # the first time each script is sent in full
        await call()
    assert [await trips(client, call) for call in calls] == [1] * len(calls)


async def test_only_a_key_that_changes_hands_takes_two(
    client: RedisClient, store: RedisTaskStore
) -> None:
    key, first = signature_key("acme", "f", 600.0), pending()
    await store.insert_once(first, key)
    assert await store.replace(failed(first, START), first.revision)
    assert await trips(client, lambda: store.insert_once(pending(), key)) == 2


async def test_everything_about_a_task_fades_with_its_tombstone(
    client: RedisClient, store: RedisTaskStore
) -> None:
    task = pending()
    await store.insert_once(task, KEY)
    assert {await client.call("PTTL", key) for key in await keys(client, "t:")} == {-1}
    tombstone = replace(erased(task, START), purge_at=None)
    assert await store.replace(tombstone, task.revision)
    left_ms = {key: await client.call("PTTL", key) for key in await keys(client, "t:")}
    assert len(left_ms) == 2, "the row and its key; no index"
    assert all(0 <= TOMBSTONE_S * 1000 - left < 60_000 for left in left_ms.values())


async def test_a_signature_lasts_no_longer_than_its_window(
    client: RedisClient, store: RedisTaskStore
) -> None:
    task = pending(at=START - 100)
    await store.insert_once(task, signature_key("acme", "f", 600.0))
    (name,) = await keys(client, "t:key:")
    assert 440_000 < await client.call("PTTL", name) <= 500_000
    assert await store.replace(erased(task, START), task.revision)
    assert 440_000 < await client.call("PTTL", name) <= 500_000


async def test_what_indexes_still_say_of_a_row_that_is_gone_goes_when_met(
    client: RedisClient, store: RedisTaskStore, clock: SteppedClock
) -> None:
    gone, kept = pending(batch_id="b"), pending(batch_id="b")
    for task in (gone, kept):
        await store.insert_once(task, None)
    await client.call("DEL", f"t:task:{gone.task_id}")
    clock.advance(60)
    assert await store.list(TaskQuery(tenant="acme", limit=1)) == (kept,)
    assert await store.list(TaskQuery(tenant="acme")) == (kept,)
    assert await store.list(TaskQuery(tenant="acme", batch_id="b")) == (kept,)
    assert await store.due(Due.UNPUBLISHED, 1) == (kept,)
    for index in ("tenant:acme", "batch:acme:b", "due:unpublished"):
        assert await client.call("ZCARD", f"t:{index}") == 1


async def test_a_filtered_list_goes_on_past_what_it_looks_at_in_one_step(
    store: RedisTaskStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_module, "SCAN", 4)
    models = ["rare" if n % 7 == 0 else "usual" for n in range(30)]
    tasks = [pending(request=TaskRequest(model=model)) for model in models]
    for task in tasks:
        await store.insert_once(task, None)
    rare = tuple(task for task in reversed(tasks) if task.request.model == "rare")
    for limit in range(1, 8):
        query = TaskQuery(tenant="acme", model="rare", limit=limit)
        assert await store.list(query) == rare[:limit]
    assert await store.list(TaskQuery(tenant="acme", limit=30)) == tuple(reversed(tasks))


@pytest.mark.parametrize("body", ['{"task_id": 1}', "[]", "{", ""])
async def test_a_damaged_row_is_unavailable_and_harms_no_other(
    client: RedisClient, store: RedisTaskStore, body: str
) -> None:
    damaged, whole = pending(), pending()
    for task in (damaged, whole):
        await store.insert_once(task, None)
    await client.call("HSET", f"t:task:{damaged.task_id}", "body", body)
    with pytest.raises(StorageUnavailable):
        await store.get(damaged.task_id)
    assert await store.get(whole.task_id) == whole


@pytest.mark.parametrize("text", ["", ":", "a:b", "{x}", "*", "ключ", "\0\n", "\ud800", "é" * 255])
async def test_any_text_may_name_a_tenant_a_batch_or_a_key(
    store: RedisTaskStore, text: str
) -> None:
    task, other = pending(text, batch_id=text), pending(text + "'", batch_id=text)
    key = client_key(text, text, 600.0)
    assert await store.insert_once(task, key) == task
    assert await store.insert_once(other, client_key(text + "'", text, 600.0)) == other
    assert await store.insert_once(pending(text), key) == task
    assert await store.list(TaskQuery(tenant=text, batch_id=text)) == (task,)
    assert await store.get(text) is None


async def test_two_ledgers_share_a_server_under_prefixes_of_their_own(
    client: RedisClient, store: RedisTaskStore, clock: SteppedClock
) -> None:
    other, task = RedisTaskStore(client, "u:", clock), pending()
    await asyncio.gather(store.insert_once(task, KEY), other.insert_once(task, KEY))
    assert await store.replace(claim(task, START, "w", POLICY).task, task.revision)
    assert await other.get(task.task_id) == task
    assert await other.list(TaskQuery(tenant="acme")) == (task,)
