"""What every task store finds (§ 31-46: `list` and `due`)."""

from dataclasses import replace

import pytest

from domain.model.due import PUBLISH_GRACE_S, Due, stranded
from domain.model.idempotency import client_key
from domain.model.life_cycle import (
    claim,
    erase,
    expire,
    hand_back,
    lapse,
    published,
    renew,
    swept,
)
from domain.model.priority import Priority
from domain.model.request import TaskRequest
from domain.model.task import Move, Task, TaskStatus, move
from ports.task_store import TaskQuery, TaskStore
from tests.contract.task_factory import (
    POLICY,
    START,
    SteppedClock,
    erased,
    pending,
    succeeded,
)


async def stored(store: TaskStore, count: int, **facts: object) -> list[Task]:
    """`count` tasks in the store, newest first."""
    tasks = [pending(**facts) for _ in range(count)]  # type: ignore[arg-type]
    for task in tasks:
        await store.insert_once(task, None)
    return tasks[::-1]


class ListClauses:
    """Fixtures as for TaskStoreClauses."""

    pytestmark = pytest.mark.anyio

    async def test_31_newest_first_and_no_more_than_asked_for(self, store: TaskStore) -> None:
        tasks = await stored(store, 5)
        assert await store.list(TaskQuery(tenant="acme")) == tuple(tasks)
        assert await store.list(TaskQuery(tenant="acme", limit=2)) == tuple(tasks[:2])

    async def test_32_the_order_is_that_of_the_ids(self, store: TaskStore) -> None:
        tasks = [pending() for _ in range(4)]
        for task in (tasks[2], tasks[0], tasks[3], tasks[1]):
            await store.insert_once(task, None)
        assert await store.list(TaskQuery(tenant="acme")) == tuple(tasks[::-1])

    async def test_33_pages_stand_still_while_tasks_come_in(self, store: TaskStore) -> None:
        tasks = await stored(store, 5)
        seen = [*await store.list(TaskQuery(tenant="acme", limit=2))]
        while len(seen) < 5:
            await stored(store, 3)
            query = TaskQuery(tenant="acme", limit=2, before=seen[-1].task_id)
            seen += await store.list(query)
        assert seen == tasks

    async def test_34_a_tenant_sees_its_own_only(self, store: TaskStore) -> None:
        own, others = await stored(store, 2), await stored(store, 2, tenant="zeta")
        assert await store.list(TaskQuery(tenant="acme")) == tuple(own)
        assert await store.list(TaskQuery(tenant="zeta", before=own[0].task_id)) == ()
        assert await store.list(TaskQuery(tenant="zeta")) == tuple(others)
        assert await store.list(TaskQuery(tenant="nobody")) == ()

    async def test_35_each_filter_and_all_together(self, store: TaskStore) -> None:
        (plain,) = await stored(store, 1)
        (wanted,) = await stored(
            store, 1, at=START + 10, batch_id="b-1", request=TaskRequest(model="scoring")
        )
        moved = move(wanted, Move.CANCEL, START + 11).task
        assert await store.replace(moved, wanted.revision)
        filters: list[dict[str, object]] = [
            {"status": TaskStatus.CANCELED}, {"model": "scoring"}, {"batch_id": "b-1"},
            {"created_after": START},
        ]  # fmt: skip
        for given in [*filters, {name: value for each in filters for name, value in each.items()}]:
            assert await store.list(TaskQuery(tenant="acme", **given)) == (moved,)  # type: ignore[arg-type]
        assert await store.list(TaskQuery(tenant="acme", status=TaskStatus.PENDING)) == (plain,)
        assert await store.list(TaskQuery(tenant="acme", created_after=START + 10)) == ()

    async def test_36_a_filter_sees_the_task_as_it_is_now(self, store: TaskStore) -> None:
        (task,) = await stored(store, 1)
        running = claim(task, START, "w", POLICY).task
        assert await store.replace(running, task.revision)
        assert await store.list(TaskQuery(tenant="acme", status=TaskStatus.PENDING)) == ()
        assert await store.list(TaskQuery(tenant="acme", status=TaskStatus.STARTED)) == (running,)

    async def test_37_erased_ones_are_left_out_but_known(self, store: TaskStore) -> None:
        kept, gone = await stored(store, 2)
        tombstone = erased(gone, START)
        assert await store.replace(tombstone, gone.revision)
        assert await store.list(TaskQuery(tenant="acme")) == (kept,)
        assert await store.get(gone.task_id) == tombstone

    async def test_38_one_is_found_by_the_id_its_client_gave_it(self, store: TaskStore) -> None:
        named = pending(request=TaskRequest(model="invert", client_request_id="order/1"))
        others = pending(request=named.request, tenant="zeta")
        await stored(store, 2)
        for task in (named, others):
            await store.insert_once(task, client_key(task.tenant, "order/1", 60.0))
        await stored(store, 2)
        query = TaskQuery(tenant="acme", client_request_id="order/1")
        assert await store.list(query) == (named,)
        assert await store.list(replace(query, before=named.task_id)) == ()
        assert await store.list(replace(query, status=TaskStatus.SUCCESS)) == ()
        assert await store.list(replace(query, client_request_id="order")) == ()
        assert await store.replace(erased(named, START), named.revision)
        assert await store.list(query) == ()


class DueClauses:
    """Fixtures as for TaskStoreClauses."""

    pytestmark = pytest.mark.anyio

    @pytest.mark.parametrize("kind", Due)
    async def test_41_a_kind_applies_from_exactly_its_time_on(
        self, store: TaskStore, clock: SteppedClock, kind: Due
    ) -> None:
        task, at = _with_a_time(kind)
        await store.insert_once(task, None)
        clock.seconds = at - 0.001
        assert await store.due(kind, 10) == ()
        clock.seconds = at
        assert await store.due(kind, 10) == (task,)
        clock.advance(86_400)
        assert await store.due(kind, 10) == (task,)

    @pytest.mark.parametrize("kind", Due)
    async def test_42_it_is_gone_after_the_move_that_settles_it(
        self, store: TaskStore, clock: SteppedClock, kind: Due
    ) -> None:
        task, at = _with_a_time(kind)
        await store.insert_once(task, None)
        clock.seconds = at
        assert await store.replace(_settled(kind, task, at), task.revision)
        assert await store.due(kind, 10) == ()

    async def test_43_a_later_time_takes_the_place_of_the_earlier(
        self, store: TaskStore, clock: SteppedClock
    ) -> None:
        task = claim(pending(), START, "w", POLICY).task
        await store.insert_once(task, None)
        renewed = renew(task, 1, START + 5, POLICY, 10)
        assert await store.replace(renewed, task.revision)
        clock.advance(POLICY.lease_s)
        assert await store.due(Due.LEASE_OVER, 10) == ()
        clock.advance(5)
        assert await store.due(Due.LEASE_OVER, 10) == (renewed,)

    async def test_44_oldest_first_and_no_more_than_asked_for(
        self, store: TaskStore, clock: SteppedClock
    ) -> None:
        times = (3.0, 1.0, 2.0)
        last, first, middle = [(await stored(store, 1, at=START + at))[0] for at in times]
        clock.advance(60)
        assert await store.due(Due.UNPUBLISHED, 10) == (first, middle, last)
        assert await store.due(Due.UNPUBLISHED, 2) == (first, middle)

    async def test_45_several_kinds_may_apply_at_once(
        self, store: TaskStore, clock: SteppedClock
    ) -> None:
        task = published(pending(request=TaskRequest(model="echo", ttl_s=1)), START)
        await store.insert_once(task, None)
        clock.advance(60)
        found = {kind: await store.due(kind, 10) for kind in Due}
        assert {kind for kind, tasks in found.items() if tasks} == {
            Due.STRANDED_NORMAL,
            Due.START_OVERDUE,
        }

    async def test_46_what_waits_again_is_due_without_grace(
        self, store: TaskStore, clock: SteppedClock
    ) -> None:
        task = published(pending(), START)
        await store.insert_once(task, None)
        running = claim(task, START, "w", POLICY).task
        assert await store.replace(running, task.revision)
        waiting = hand_back(running, 1, START).task
        assert await store.replace(waiting, running.revision)
        assert await store.due(Due.UNPUBLISHED, 10) == (waiting,)


def _with_a_time(kind: Due) -> tuple[Task, float]:
    """A task to which `kind` applies, and from when on."""
    brief = TaskRequest(model="echo", ttl_s=30)
    return {
        Due.UNPUBLISHED: (pending(), START + PUBLISH_GRACE_S),
        **{stranded(tier): _published(tier) for tier in Priority},
        Due.LEASE_OVER: (claim(pending(), START, "w", POLICY).task, START + POLICY.lease_s),
        Due.START_OVERDUE: (pending(request=brief), START + 30),
        Due.PURGEABLE: (succeeded(pending(), START), START + POLICY.result_ttl_s),
    }[kind]


def _published(tier: Priority) -> tuple[Task, float]:
    task = pending(request=TaskRequest(model="echo", priority=tier))
    return published(task, START + 1), START + 1 + PUBLISH_GRACE_S


def _settled(kind: Due, task: Task, at: float) -> Task:
    if kind is Due.UNPUBLISHED:
        return published(task, at)
    if kind in map(stranded, Priority):
        return claim(task, at, "w", POLICY).task
    if kind is Due.LEASE_OVER:
        return lapse(task, at, POLICY).task
    return expire(task, at, POLICY).task if kind is Due.START_OVERDUE else swept(erase(task, at))
