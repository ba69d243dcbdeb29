"""What every ledger keeps of its webhooks while cancels and ends race each other."""

import asyncio
from collections import Counter
from functools import partial

import pytest

from domain.model.errors import InternalError
from domain.model.life_cycle import cancel, claim, claimable, fail, succeed
from domain.model.task import EVENTS, TERMINAL, Moved, StaleAttempt, Task, Timing
from domain.use_cases.ledger import Ledger
from ports.task_store import TaskStore
from ports.telemetry import Telemetry
from ports.webhook_outbox import DeliveryQuery, WebhookOutbox
from tests.contract.clauses.task_store import CALLBACK
from tests.contract.task_factory import POLICY, RESULT, START, pending

RACES = 1_000


def _cancel(task: Task) -> Moved | Task | None:
    decided = cancel(task, START, POLICY)
    return None if decided is task else decided


def _claim(task: Task) -> Moved | None:
    return claim(task, START, "w", POLICY) if claimable(task, START) else None


def _end(well: bool, task: Task) -> Moved:
    if well:
        return succeed(task, 1, START, RESULT, Timing(), POLICY)
    return fail(task, 1, START, InternalError(retryable=False), POLICY, 0.0)


class WebhookRaceClauses:
    """Fixtures: `store` and `outbox`, `telemetry` to tell of moves."""

    pytestmark = pytest.mark.anyio

    async def test_1_a_thousand_cancels_against_ends_tell_each_end_once(
        self, store: TaskStore, outbox: WebhookOutbox, telemetry: Telemetry
    ) -> None:
        ledger = Ledger(store, telemetry)
        tasks = [pending(request=CALLBACK) for _ in range(RACES)]
        await asyncio.gather(*(store.insert_once(task, None) for task in tasks))
        await asyncio.gather(*(self._race(ledger, at, task) for at, task in enumerate(tasks)))

        rows = await outbox.list(DeliveryQuery(tenant="acme", limit=2 * RACES))
        assert Counter(row.task_id for row in rows) == Counter(task.task_id for task in tasks)
        told = {row.task_id: row.type for row in rows}
        ended = await asyncio.gather(*(store.get(task.task_id) for task in tasks))
        for task in ended:
            assert task is not None
            assert task.status in TERMINAL
            assert told[task.task_id] == EVENTS[task.status]
        assert len(set(told.values())) > 1, "both sides won sometimes"

    async def _race(self, ledger: Ledger, at: int, task: Task) -> None:
        """The cancel comes while it waits, or while it runs; another time two cancels do."""
        works = self._works(ledger, at, task.task_id)
        cancels = [ledger.change(task.task_id, _cancel) for _ in range(at % 4)]
        await asyncio.gather(works, *cancels)

    async def _works(self, ledger: Ledger, at: int, task_id: str) -> None:
        if await ledger.change(task_id, _claim) is None:
            return
        try:
            await ledger.change(task_id, partial(_end, at % 3 != 0))
        except StaleAttempt:
            return
