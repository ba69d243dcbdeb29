"""What every task store keeps (§ 1-19: `insert_once`, `get`, `replace` and their outbox)."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from domain.model.due import Due
from domain.model.idempotency import IdempotencyKey, client_key, signature_key
from domain.model.life_cycle import claim, published, succeed
from domain.model.request import TaskRequest
from domain.model.task import Move, Task, Timing, move
from domain.model.webhook import Delivery
from ports.task_store import TaskQuery, TaskStore
from ports.webhook_outbox import DeliveryQuery, WebhookOutbox
from tests.contract.task_factory import (
    POLICY,
    RESULT,
    START,
    SteppedClock,
    erased,
    failed,
    pending,
    succeeded,
    tasks,
    under_fresh_id,
)

WINDOW_S = 600.0
CALLBACK = TaskRequest(model="echo", callback_url="https://caller.example/hook")

many = settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)


def signature(tenant: str = "acme") -> IdempotencyKey:
    return signature_key(tenant, "fingerprint", WINDOW_S)


async def told(outbox: WebhookOutbox) -> list[Delivery]:
    """Every row of the tenant whose tasks these are."""
    return list(await outbox.list(DeliveryQuery(tenant="acme", limit=100)))


class TaskStoreClauses:
    """The binding gives the fixtures `clock` (a SteppedClock the store tells its time by),
    `store` (started, empty) and `outbox` (the one its moves bring rows to)."""

    pytestmark = pytest.mark.anyio

    @many
    @given(task=tasks.map(under_fresh_id))
    async def test_01_what_is_inserted_is_found_in_every_field(
        self, store: TaskStore, task: Task
    ) -> None:
        assert await store.insert_once(task, None) == task
        assert await store.get(task.task_id) == task

    async def test_02_what_was_never_inserted_is_absent(self, store: TaskStore) -> None:
        assert await store.get("task-00000000") is None
        assert await store.get("") is None

    @many
    @given(task=tasks.map(under_fresh_id))
    async def test_03_what_is_replaced_is_found_in_every_field(
        self, store: TaskStore, task: Task
    ) -> None:
        first = pending()
        await store.insert_once(first, None)
        after = replace(task, task_id=first.task_id, tenant=first.tenant)
        assert await store.replace(after, first.revision)
        assert await store.get(first.task_id) == after

    async def test_04_a_key_answers_with_its_first_task(self, store: TaskStore) -> None:
        key, first, second = client_key("acme", "order-1", WINDOW_S), pending(), pending()
        assert await store.insert_once(first, key) == first
        assert await store.insert_once(second, key) == first
        assert await store.get(second.task_id) is None

    async def test_05_the_answer_is_the_task_as_it_is_now(self, store: TaskStore) -> None:
        key, first = client_key("acme", "order-1", WINDOW_S), pending()
        await store.insert_once(first, key)
        done = succeeded(first, START)
        assert await store.replace(done, first.revision)
        assert await store.insert_once(pending(), key) == done

    @pytest.mark.parametrize("key", [client_key("acme", "order-1", WINDOW_S), signature()])
    async def test_06_of_fifty_at_once_one_is_inserted(
        self, store: TaskStore, key: IdempotencyKey
    ) -> None:
        answers = await asyncio.gather(*(store.insert_once(pending(), key) for _ in range(50)))
        assert len({task.task_id for task in answers}) == 1
        assert await store.list(TaskQuery(tenant="acme", limit=100)) == (answers[0],)

    async def test_07_fifty_without_a_key_are_fifty(self, store: TaskStore) -> None:
        await asyncio.gather(*(store.insert_once(pending(), None) for _ in range(50)))
        assert len(await store.list(TaskQuery(tenant="acme", limit=100))) == 50

    async def test_08_keys_of_another_tenant_kind_or_value_are_others(
        self, store: TaskStore
    ) -> None:
        keys = [
            client_key("acme", "x", WINDOW_S), client_key("zeta", "x", WINDOW_S),
            client_key("acme", "y", WINDOW_S), signature_key("acme", "x", WINDOW_S),
        ]  # fmt: skip
        answers = [await store.insert_once(pending(key.tenant), key) for key in keys]
        assert len({task.task_id for task in answers}) == len(keys)

    async def test_09_a_signature_stands_for_its_window(
        self, store: TaskStore, clock: SteppedClock
    ) -> None:
        first, late = pending(), pending(at=START + WINDOW_S)
        await store.insert_once(first, signature())
        clock.advance(WINDOW_S - 0.5)
        assert await store.insert_once(pending(), signature()) == first
        clock.advance(0.5)
        assert await store.insert_once(late, signature()) == late
        assert await store.insert_once(pending(), signature()) == late
        assert await store.get(first.task_id) == first

    @pytest.mark.parametrize("end", [failed, erased])
    async def test_10_a_signature_yields_once_its_task_failed_or_was_erased(
        self, store: TaskStore, end: Callable[[Task, float], Task]
    ) -> None:
        first, second = pending(), pending()
        await store.insert_once(first, signature())
        assert await store.replace(end(first, START), first.revision)
        assert await store.insert_once(second, signature()) == second

    async def test_11_a_client_key_stands_while_its_task_lives(
        self, store: TaskStore, clock: SteppedClock
    ) -> None:
        key, first = client_key("acme", "order-1", WINDOW_S), pending()
        await store.insert_once(first, key)
        clock.advance(10 * WINDOW_S)
        assert await store.insert_once(pending(), key) == first

    async def test_12_a_client_key_outlives_an_early_erasure(
        self, store: TaskStore, clock: SteppedClock
    ) -> None:
        key, first, second = client_key("acme", "order-1", WINDOW_S), pending(), pending()
        await store.insert_once(first, key)
        tombstone = erased(first, START)
        assert await store.replace(tombstone, first.revision)
        assert await store.insert_once(pending(), key) == tombstone
        clock.advance(WINDOW_S)
        assert await store.insert_once(second, key) == second

    async def test_13_an_id_is_inserted_once(self, store: TaskStore) -> None:
        first = pending()
        await store.insert_once(first, None)
        again = replace(first, worker="another")
        assert await store.insert_once(again, signature()) == first
        assert await store.get(first.task_id) == first

    async def test_14_a_wrong_revision_changes_nothing(
        self, store: TaskStore, outbox: WebhookOutbox, clock: SteppedClock
    ) -> None:
        task = pending(request=CALLBACK)
        await store.insert_once(task, None)
        moved = succeed(claim(task, START, "w", POLICY).task, 1, START, RESULT, Timing(), POLICY)
        for revision in (0, task.revision + 1, moved.task.revision):
            assert not await store.replace(moved.task, revision, moved.outbox)
        clock.advance(60)
        assert await store.get(task.task_id) == task
        assert await store.due(Due.UNPUBLISHED, 10) == (task,)
        assert await told(outbox) == []

    async def test_15_a_task_nobody_knows_is_not_replaced(
        self, store: TaskStore, outbox: WebhookOutbox
    ) -> None:
        moved = move(pending(request=CALLBACK), Move.CANCEL, START)
        assert not await store.replace(moved.task, 1, moved.outbox)
        assert await store.get(moved.task.task_id) is None
        assert await told(outbox) == []

    async def test_16_of_two_writers_one_wins(self, store: TaskStore) -> None:
        task = pending()
        await store.insert_once(task, None)
        claims = [claim(task, START, worker, POLICY).task for worker in "abcdefgh"]
        won = await asyncio.gather(*(store.replace(after, task.revision) for after in claims))
        assert won.count(True) == 1
        assert await store.get(task.task_id) == claims[won.index(True)]

    async def test_17_outbox_rows_are_stored_with_their_move(
        self, store: TaskStore, outbox: WebhookOutbox
    ) -> None:
        task = pending(request=CALLBACK)
        await store.insert_once(task, None)
        moved = move(task, Move.CANCEL, START + 0.25)
        assert len(moved.outbox) == 1
        assert await store.replace(moved.task, task.revision, moved.outbox)
        assert await told(outbox) == list(moved.outbox)

    async def test_18_of_racing_moves_only_the_winners_rows_are_stored(
        self, store: TaskStore, outbox: WebhookOutbox
    ) -> None:
        task = pending(request=CALLBACK)
        await store.insert_once(task, None)
        moves = [move(task, by, START) for by in (Move.CANCEL, Move.EXPIRE)]
        won = await asyncio.gather(
            *(store.replace(moved.task, task.revision, moved.outbox) for moved in moves)
        )
        assert await told(outbox) == list(moves[won.index(True)].outbox)

    async def test_19_a_change_of_one_leaves_the_others(self, store: TaskStore) -> None:
        one, other = pending(), pending()
        for task in (one, other):
            await store.insert_once(task, None)
        assert await store.replace(published(one, START), one.revision)
        assert await store.get(other.task_id) == other
