"""What every task store forgets (§ 47-50: rows past their `forget_at`)."""

from dataclasses import replace

import pytest

from domain.model.due import Due
from domain.model.idempotency import client_key, signature_key
from domain.model.life_cycle import TOMBSTONE_S
from ports.task_store import TaskQuery, TaskStore
from tests.contract.task_factory import START, SteppedClock, erased, pending


class ForgettingClauses:
    """Fixtures as for TaskStoreClauses."""

    pytestmark = pytest.mark.anyio

    async def test_47_past_its_time_a_row_is_absent_everywhere(
        self, store: TaskStore, clock: SteppedClock
    ) -> None:
        task = pending()
        await store.insert_once(task, None)
        # Shaped so that without its `forget_at` every way of asking would find it.
        fading = replace(task, forget_at=START + 60, purge_at=START, revision=2)
        assert await store.replace(fading, task.revision)
        clock.advance(59.999)
        assert await store.get(task.task_id) == fading
        clock.advance(0.001)
        assert await store.get(task.task_id) is None
        assert await store.list(TaskQuery(tenant="acme")) == ()
        assert await store.due(Due.PURGEABLE, 10) == ()
        assert not await store.replace(replace(fading, revision=3), 2)

    async def test_48_its_key_and_id_are_free_again(
        self, store: TaskStore, clock: SteppedClock
    ) -> None:
        key, first = client_key("acme", "order-1", 10 * TOMBSTONE_S), pending()
        await store.insert_once(first, key)
        assert await store.replace(erased(first, START), first.revision)
        clock.advance(TOMBSTONE_S)
        again, other = replace(first, created_at=clock.seconds), pending(at=clock.seconds)
        assert await store.insert_once(again, None) == again
        assert await store.get(first.task_id) == again
        assert await store.insert_once(other, key) == other

    async def test_49_tombstones_of_others_stay(
        self, store: TaskStore, clock: SteppedClock
    ) -> None:
        early, late = pending(), pending()
        for task, at in ((early, START), (late, START + 60)):
            await store.insert_once(task, None)
            assert await store.replace(erased(task, at), task.revision)
        clock.advance(TOMBSTONE_S)
        await store.insert_once(pending(), None)
        assert await store.get(early.task_id) is None
        assert await store.get(late.task_id) == erased(late, START + 60)

    async def test_50_a_key_that_went_on_to_another_task_stays_with_it(
        self, store: TaskStore, clock: SteppedClock
    ) -> None:
        key, first = signature_key("acme", "fingerprint", 10 * TOMBSTONE_S), pending()
        await store.insert_once(first, key)
        assert await store.replace(erased(first, START), first.revision)
        second = pending(at=START + TOMBSTONE_S - 1)
        assert await store.insert_once(second, key) == second
        clock.advance(TOMBSTONE_S)
        assert await store.get(first.task_id) is None
        assert await store.insert_once(pending(), key) == second
