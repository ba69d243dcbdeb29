"""Whose state the mirror is told, and when."""

import asyncio

import pytest

from adapters.queue.celery import results
from adapters.queue.celery.results import Mirrored, Told
from domain.model.life_cycle import claim
from domain.model.task import Task
from domain.model.wakeup import Verdict, Wakeup, wakeup_for
from tests.contract.task_factory import POLICY, START, pending, succeeded

pytestmark = pytest.mark.anyio


class Mirror:
    """Around a handler that answers `verdict` once it may go on."""

    def __init__(self, row: Task | None, verdict: Verdict = Verdict.ACK) -> None:
        self.row, self._verdict = row, verdict
        self.noted: asyncio.Queue[Task] = asyncio.Queue()
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self.told = Mirrored(self._handle, self._row, self.noted.put_nowait)

    async def _handle(self, wakeup: Wakeup) -> Verdict:
        await self.goes_on.wait()
        return self._verdict

    async def _row(self, task_id: str) -> Task | None:
        return self.row


async def test_what_the_ledger_says_is_told() -> None:
    task = succeeded(pending(), START)
    mirror = Mirror(task)
    assert await mirror.told(wakeup_for(task)) == Told(Verdict.ACK, task)
    assert mirror.noted.get_nowait() == task


@pytest.mark.parametrize("row", [None, pending()], ids=["unknown", "handed back"])
async def test_of_these_nothing_is_told(row: Task | None) -> None:
    mirror = Mirror(row)
    assert await mirror.told(wakeup_for(row or pending())) == Told(Verdict.ACK)
    assert mirror.noted.empty()


@pytest.mark.parametrize("verdict", [Verdict.REQUEUE, Verdict.PARK])
async def test_what_did_not_end_is_not_told(verdict: Verdict) -> None:
    task = succeeded(pending(), START)
    mirror = Mirror(task, verdict)
    assert await mirror.told(wakeup_for(task)) == Told(verdict)
    assert mirror.noted.empty()


async def test_a_long_run_is_told_of_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "LONG_S", 0.0)
    task = claim(pending(), START, "w", POLICY).task
    mirror = Mirror(task)
    mirror.goes_on.clear()
    running = asyncio.create_task(mirror.told(wakeup_for(task)))
    assert await mirror.noted.get() == task
    mirror.row = succeeded(pending(), START)
    mirror.goes_on.set()
    assert await running == Told(Verdict.ACK, mirror.row)
    assert mirror.noted.get_nowait() == mirror.row


async def test_a_ledger_that_fails_changes_no_verdict() -> None:
    async def broken(task_id: str) -> Task | None:
        raise ConnectionError(task_id)

    async def handle(wakeup: Wakeup) -> Verdict:
        return Verdict.ACK

    noted: list[Task] = []
    assert await Mirrored(handle, broken, noted.append)(wakeup_for(pending())) == Told(Verdict.ACK)
    assert noted == []


async def test_a_task_that_ran_under_anothers_message_is_told_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Tenants take turns: a message may start another task than its own."""
    monkeypatch.setattr(results, "LEFT_S", 0.0)
    own, other = pending(), succeeded(pending(), START)
    left, noted = [other], asyncio.Queue[Task]()

    async def handle(wakeup: Wakeup) -> Verdict:
        return Verdict.ACK

    async def row(task_id: str) -> Task | None:
        return own

    def left_over() -> list[Task]:
        told = left.copy()
        left.clear()
        return told

    mirrored = Mirrored(handle, row, noted.put_nowait, left_over)
    assert await mirrored(wakeup_for(own)) == Told(Verdict.ACK)
    assert await noted.get() == other
    left.append(other)
    mirrored.close()
    assert noted.get_nowait() == other
