"""Noting in the ledger that a wake-up was published, off the submit path.

Most tasks are claimed before the note is due and never need it; the few that still wait get
one small write a little later. Were it lost, recover would publish once more: harmless.
"""

import asyncio
from collections import deque

from domain.model.life_cycle import published
from domain.model.task import WAITING, Task
from domain.use_cases.ledger import Ledger
from ports.clock import Now

SETTLE_S = 1.0
AT_ONCE = 16
"""Notes under way: one after the other they fall behind a busy gateway, and recover publishes what
they did not reach in time."""


class ConfirmPublished:
    def __init__(self, ledger: Ledger, now: Now) -> None:
        self._ledger = ledger
        self._now = now
        self._waiting: deque[tuple[float, Task]] = deque()
        self._backlog = False

    def later(self, task: Task) -> None:
        """Remember that a wake-up for `task`, as it was stored, lies in the queue."""
        self._waiting.append((self._now() + SETTLE_S, task))

    async def __call__(self) -> None:
        """Note what was remembered at least `SETTLE_S` ago and still waits."""
        async with asyncio.TaskGroup() as group:
            for _ in range(min(AT_ONCE, len(self._waiting))):
                group.create_task(self._note_settled())

    async def _note_settled(self) -> None:
        while self._waiting and self._waiting[0][0] <= self._now():
            _, task = self._waiting.popleft()
            # Where the last one still waited this one will: its row need not be read first.
            seen = task if self._backlog else None
            noted = await self._ledger.change(task.task_id, self._note, seen)
            self._backlog = noted is not None

    def _note(self, task: Task) -> Task | None:
        """Only of the wait the wake-up was for: one that failed meanwhile waits for another."""
        if task.status not in WAITING or task.published_at is not None or task.attempt > 0:
            return None
        return published(task, self._now())
