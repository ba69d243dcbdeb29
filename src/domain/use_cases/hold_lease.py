"""Keeping a running attempt's lease, and hearing what the ledger has to say to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from domain.model.control import AttemptControl, Stop
from domain.model.errors import Unavailable
from domain.model.events import LoopFailed
from domain.model.life_cycle import TaskPolicy, fenced, renew
from domain.model.task import StaleAttempt, Task
from domain.use_cases.ledger import Ledger
from ports.clock import Now
from ports.telemetry import Telemetry

LISTEN_S = 1.0
HUNG_GRACE_S = 5.0

OnHung = Callable[[Task], None]
"""Called when an attempt outlived its limit and ignores its checkpoints: a hung device call
can't be interrupted, so the process has to end."""


class HoldLease:
    def __init__(
        self,
        ledger: Ledger,
        telemetry: Telemetry,
        now: Now,
        policy: TaskPolicy,
        on_hung: OnHung,
        listen_s: float = LISTEN_S,
    ) -> None:
        self._ledger, self._telemetry = ledger, telemetry
        self._now, self._policy, self._on_hung = now, policy, on_hung
        self._listen_s = min(listen_s, policy.lease_s / 3)

    @asynccontextmanager
    async def __call__(self, task: Task, control: AttemptControl) -> AsyncIterator[None]:
        """Beside the attempt, until the block ends. Most attempts end before there is anything to
        hear: those cost a timer, not a task."""
        holding: list[asyncio.Task[None]] = []

        def begin() -> None:
            holding.append(asyncio.create_task(self._hold(task, control)))

        timer = asyncio.get_running_loop().call_later(self._listen_s, begin)
        try:
            yield
        finally:
            timer.cancel()
            for each in holding:
                each.cancel()
                await asyncio.wait([each])

    async def _hold(self, task: Task, control: AttemptControl) -> None:
        """Listens every second; writes when a third of the lease is used or progress was made.
        Once the attempt is no longer ours there is nothing to write, but a hung one still has to
        end."""
        hung_at = (task.run_until or 0.0) + HUNG_GRACE_S
        while True:
            if self._now() >= hung_at:
                self._on_hung(task)
            if control.stop is not Stop.LEASE_LOST:
                await self._listen(task, control)
            await asyncio.sleep(self._listen_s)

    async def _listen(self, task: Task, control: AttemptControl) -> None:
        try:
            await self._hear(task.task_id, task.attempt, control)
        except StaleAttempt:
            control.stop = Stop.LEASE_LOST
        except Unavailable as error:
            self._telemetry.record(LoopFailed("lease", error.detail))

    async def _hear(self, task_id: str, attempt: int, control: AttemptControl) -> None:
        task = await self._ledger.store.get(task_id)
        if task is None:
            control.stop = Stop.LEASE_LOST
            return
        fenced(task, attempt)
        if task.cancel_requested:
            control.stop = Stop.CANCELED
        elif task.run_until is not None and task.run_until <= self._now():
            control.stop = Stop.DEADLINE
        await self._ledger.change(task_id, lambda seen: self._renewed(seen, attempt, control), task)

    def _renewed(self, task: Task, attempt: int, control: AttemptControl) -> Task | None:
        left_s = (fenced(task, attempt).lease_until or 0.0) - self._now()
        fresh = left_s > self._policy.lease_s * 2 / 3
        if fresh and control.progress <= task.progress:
            return None
        return renew(task, attempt, self._now(), self._policy, control.progress)
