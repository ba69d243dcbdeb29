"""Noting in the ledger that a wake-up was published, off the submit path.

Most tasks are claimed before the note is due and never need it; the few that still wait get
one small write a little later. Were it lost, recover would publish once more: harmless.
"""

from collections import deque

from domain.model.life_cycle import published
from domain.model.task import WAITING, Task
from domain.use_cases.ledger import Ledger
from ports.clock import Now

SETTLE_S = 1.0


class ConfirmPublished:
    def __init__(self, ledger: Ledger, now: Now) -> None:
        self._ledger = ledger
        self._now = now
        self._waiting: deque[tuple[float, str]] = deque()

    def later(self, task_id: str) -> None:
        """Remember that a wake-up for `task_id` lies in the queue."""
        self._waiting.append((self._now() + SETTLE_S, task_id))

    async def __call__(self) -> None:
        """Note what was remembered at least `SETTLE_S` ago and still waits."""
        while self._waiting and self._waiting[0][0] <= self._now():
            _, task_id = self._waiting.popleft()
            await self._ledger.change(task_id, self._note)

    def _note(self, task: Task) -> Task | None:
        """Only of the wait the wake-up was for: one that failed meanwhile waits for another."""
        if task.status not in WAITING or task.published_at is not None or task.attempt > 0:
            return None
        return published(task, self._now())
