"""What every outbox keeps, whatever ledger it lives with."""

import asyncio
from dataclasses import replace
from itertools import count

import pytest

from domain.model.task import Move, move
from domain.model.webhook import (
    KEPT_S,
    Answer,
    Delivery,
    EventType,
    Lane,
    Outcome,
    WebhookPolicy,
    leased,
    new_delivery,
    tried,
)
from ports.task_store import TaskStore
from ports.webhook_outbox import Backlog, DeliveryQuery, WebhookOutbox
from tests.contract.clauses.task_store import CALLBACK
from tests.contract.task_factory import START, SteppedClock, pending

WEBHOOKS = WebhookPolicy()
_numbers = count(1)


def delivery(tenant: str = "acme", host: str = "a.example", at: float = START) -> Delivery:
    name = f"0000-{next(_numbers):08}"
    return new_delivery(name, tenant, f"https://{host}/hook", host, EventType.PING, at)


async def inserted(outbox: WebhookOutbox, *rows: Delivery) -> None:
    for row in rows:
        assert await outbox.replace(row, None)


class WebhookOutboxClauses:
    """Fixtures: `clock` (a SteppedClock), `outbox` (open, empty), `store` (its ledger)."""

    pytestmark = pytest.mark.anyio

    async def test_01_what_came_with_a_move_is_found_and_due(
        self, store: TaskStore, outbox: WebhookOutbox
    ) -> None:
        task = pending(request=CALLBACK)
        await store.insert_once(task, None)
        moved = move(task, Move.CANCEL, START)
        assert await store.replace(moved.task, task.revision, moved.outbox)
        (row,) = moved.outbox
        assert await outbox.get(row.delivery_id) == row
        assert await outbox.due(row.lane, 10) == (row,)
        assert await outbox.backlog(10) == Backlog((Lane("acme", "caller.example"),), START)

    async def test_02_what_nobody_wrote_is_absent(self, outbox: WebhookOutbox) -> None:
        row = delivery()
        assert await outbox.get(row.delivery_id) is None
        assert not await outbox.replace(replace(row, revision=2), 1)
        assert await outbox.get(row.delivery_id) is None
        assert await outbox.backlog(10) == Backlog()

    async def test_03_every_field_comes_back(self, outbox: WebhookOutbox) -> None:
        odd = replace(
            delivery(tenant="a:b", host="2001:db8::1"), task_id="t-1", tries=3, status=500,
            error="Ünglück:\n\x00", tried_at=START + 0.1, next_at=START - 0.25,
            leased_until=START + 1 / 3, once=True,
        )  # fmt: skip
        await inserted(outbox, odd)
        assert await outbox.get(odd.delivery_id) == odd
        assert (await outbox.backlog(10)).lanes == (odd.lane,)
        assert await outbox.due(odd.lane, 1) == (odd,)

    async def test_04_a_name_is_given_once(self, outbox: WebhookOutbox) -> None:
        row = delivery()
        await inserted(outbox, row)
        assert not await outbox.replace(replace(row, url="https://b.example/"), None)
        assert await outbox.get(row.delivery_id) == row

    async def test_05_of_many_who_lease_one_wins(
        self, outbox: WebhookOutbox, clock: SteppedClock
    ) -> None:
        row = delivery()
        await inserted(outbox, row)
        mine = leased(row, clock(), WEBHOOKS)
        won = await asyncio.gather(*(outbox.replace(mine, row.revision, 4) for _ in range(8)))
        assert won.count(True) == 1
        assert await outbox.get(row.delivery_id) == mine

    async def test_06_what_is_leased_is_due_again_when_the_lease_is_over(
        self, outbox: WebhookOutbox, clock: SteppedClock
    ) -> None:
        row = delivery()
        await inserted(outbox, row)
        mine = leased(row, clock(), WEBHOOKS)
        assert await outbox.replace(mine, row.revision)
        assert await outbox.due(row.lane, 10) == ()
        assert await outbox.backlog(10) == Backlog((), START), "undelivered still"
        clock.advance(WEBHOOKS.lease_s)
        assert await outbox.due(row.lane, 10) == (mine,)
        assert (await outbox.backlog(10)).lanes == (row.lane,)

    async def test_07_a_lease_that_is_over_fences_its_holder_out(
        self, outbox: WebhookOutbox, clock: SteppedClock
    ) -> None:
        row = delivery()
        await inserted(outbox, row)
        first = leased(row, clock(), WEBHOOKS)
        assert await outbox.replace(first, row.revision)
        clock.advance(WEBHOOKS.lease_s)
        second = leased(first, clock(), WEBHOOKS)
        assert await outbox.replace(second, first.revision)
        late = tried(first, Answer(500), clock(), WEBHOOKS, 0.0)
        assert not await outbox.replace(late, first.revision)
        assert await outbox.get(row.delivery_id) == second

    async def test_08_no_more_than_so_many_to_a_host_are_leased(
        self, outbox: WebhookOutbox, clock: SteppedClock
    ) -> None:
        """Whoever's they are; another host is another matter."""
        rows = [delivery(tenant=tenant) for tenant in ("acme", "globex") for _ in range(4)]
        other = delivery(host="b.example")
        await inserted(outbox, *rows, other)
        won = await asyncio.gather(
            *(outbox.replace(leased(row, clock(), WEBHOOKS), row.revision, 4) for row in rows)
        )
        assert won.count(True) == 4
        assert await outbox.replace(leased(other, clock(), WEBHOOKS), other.revision, 4)

        held = next(row for row, mine in zip(rows, won, strict=True) if mine)
        free = next(row for row, mine in zip(rows, won, strict=True) if not mine)
        done = tried(leased(held, clock(), WEBHOOKS), Answer(200), clock(), WEBHOOKS, 0.0)
        assert not await outbox.replace(leased(free, clock(), WEBHOOKS), free.revision, 4)
        assert await outbox.replace(done, held.revision + 1)
        assert await outbox.replace(leased(free, clock(), WEBHOOKS), free.revision, 4)

    async def test_09_leases_that_are_over_take_no_room(
        self, outbox: WebhookOutbox, clock: SteppedClock
    ) -> None:
        one, other = delivery(), delivery()
        await inserted(outbox, one, other)
        assert await outbox.replace(leased(one, clock(), WEBHOOKS), one.revision, 1)
        assert not await outbox.replace(leased(other, clock(), WEBHOOKS), other.revision, 1)
        clock.advance(WEBHOOKS.lease_s)
        assert await outbox.replace(leased(other, clock(), WEBHOOKS), other.revision, 1)

    async def test_10_what_is_over_waits_for_nothing(
        self, outbox: WebhookOutbox, clock: SteppedClock
    ) -> None:
        row = delivery()
        await inserted(outbox, row)
        done = tried(row, Answer(204), clock(), WEBHOOKS, 0.0)
        assert await outbox.replace(done, row.revision)
        clock.advance(86_400)
        assert await outbox.due(row.lane, 10) == ()
        assert await outbox.backlog(10) == Backlog()
        assert await outbox.list(DeliveryQuery(tenant="acme")) == (done,)

    async def test_11_the_longest_due_comes_first(
        self, outbox: WebhookOutbox, clock: SteppedClock
    ) -> None:
        late, early, middle = (delivery(at=START + after) for after in (30, 10, 20))
        later = replace(delivery(), next_at=START + 60)
        await inserted(outbox, late, early, middle, later)
        clock.advance(30)
        assert await outbox.due(early.lane, 10) == (early, middle, late)
        assert await outbox.due(early.lane, 2) == (early, middle)

    async def test_12_lanes_come_by_their_first_and_once_each(
        self, outbox: WebhookOutbox, clock: SteppedClock
    ) -> None:
        due = (("b.x", 1), ("a.x", 2), ("b.x", 3), ("c.x", 9), ("a.x", 0))
        rows = [delivery(host=host, at=START + after_s) for host, after_s in due]
        await inserted(outbox, *rows)
        clock.advance(5)
        assert [lane.host for lane in (await outbox.backlog(10)).lanes] == ["a.x", "b.x"]
        assert [lane.host for lane in (await outbox.backlog(1)).lanes] == ["a.x"]
        assert await outbox.due(Lane("globex", "a.x"), 10) == ()

    async def test_13_a_page_is_of_one_tenant_by_falling_id(self, outbox: WebhookOutbox) -> None:
        rows = [delivery() for _ in range(5)]
        await inserted(outbox, *rows, delivery(tenant="globex"))
        first = await outbox.list(DeliveryQuery(tenant="acme", limit=3))
        assert first == (rows[4], rows[3], rows[2])
        rest = DeliveryQuery(tenant="acme", limit=3, before=first[-1].delivery_id)
        assert await outbox.list(rest) == (rows[1], rows[0])
        assert await outbox.list(DeliveryQuery(tenant="nobody")) == ()

    async def test_14_a_page_is_filtered_by_task_and_outcome(
        self, outbox: WebhookOutbox, clock: SteppedClock
    ) -> None:
        mine, other = replace(delivery(), task_id="t-1"), replace(delivery(), task_id="t-2")
        done = tried(mine, Answer(200), clock(), WEBHOOKS, 0.0)
        await inserted(outbox, mine, other)
        assert await outbox.replace(done, mine.revision)
        assert await outbox.list(DeliveryQuery(tenant="acme", task_id="t-1")) == (done,)
        pending_only = DeliveryQuery(tenant="acme", outcome=Outcome.PENDING)
        assert await outbox.list(pending_only) == (other,)
        neither = DeliveryQuery(tenant="acme", outcome=Outcome.DELIVERED, task_id="t-2")
        assert await outbox.list(neither) == ()

    async def test_15_what_is_past_its_time_is_absent_everywhere(
        self, store: TaskStore, outbox: WebhookOutbox, clock: SteppedClock
    ) -> None:
        task = pending(request=CALLBACK)
        await store.insert_once(task, None)
        moved = move(task, Move.CANCEL, START)
        assert await store.replace(moved.task, task.revision, moved.outbox)
        (row,) = moved.outbox
        clock.advance(KEPT_S)
        assert await outbox.get(row.delivery_id) is None
        assert await outbox.list(DeliveryQuery(tenant="acme")) == ()
        assert await outbox.due(row.lane, 10) == ()
        assert await outbox.backlog(10) == Backlog()
        assert not await outbox.replace(replace(row, revision=2), 1)
