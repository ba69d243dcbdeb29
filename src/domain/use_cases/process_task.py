"""Answering a wake-up: claim in the ledger, do the work under a lease, settle, and only then
let the message go."""

import asyncio
import traceback

from domain.model.control import AttemptControl, Stop, Stopped
from domain.model.errors import DarkroomError, DeadlineExceeded, InternalError
from domain.model.events import AttemptFailed, StaleWriteRefused, UnknownWakeup
from domain.model.life_cycle import (
    TaskPolicy,
    claim,
    claimable,
    expire,
    fail,
    hand_back,
    overdue,
    succeed,
)
from domain.model.task import STARTED, Moved, StaleAttempt, Task
from domain.model.wakeup import Verdict, Wakeup
from domain.use_cases.hold_lease import HoldLease
from domain.use_cases.ledger import Decide, Ledger
from domain.use_cases.rebuild_task import RebuildTask
from domain.use_cases.run_attempt import Finished, RunAttempt
from domain.use_cases.span_facts import facts_of
from ports.clock import Draw, Now
from ports.fair_line import FairLine
from ports.inference import Inference
from ports.telemetry import Telemetry
from ports.tracing import Tracing

TURNS = 16
"""Tries to start a task whose turn it is: each fails only where another worker was first."""


class ProcessTask:
    def __init__(
        self,
        ledger: Ledger,
        turns: FairLine,
        inference: Inference,
        run: RunAttempt,
        hold: HoldLease,
        rebuild: RebuildTask,
        telemetry: Telemetry,
        now: Now,
        draw: Draw,
        worker: str,
        policy: TaskPolicy,
        tracing: Tracing,
    ) -> None:
        self._ledger, self._turns = ledger, turns
        self._inference, self._rebuild = inference, rebuild
        self._run, self._hold = run, hold
        self._telemetry, self._now, self._draw = telemetry, now, draw
        self._worker, self._policy, self._tracing = worker, policy, tracing

    async def __call__(self, wakeup: Wakeup) -> Verdict:
        """ACK unless this worker lacks the model, or the ledger lost the task while it ran: then
        the message is all that is left of it. An error of the ledger passes: the message is then
        offered again, and the lease decides."""
        with self._tracing.span("process", wakeup.trace, "consumer") as span:
            with self._tracing.span("claim"):
                claimed = await self._claim(wakeup)
            if not isinstance(claimed, Task):
                return claimed
            span.tell(facts=facts_of(claimed))
            known = await self._attempt(claimed)
            return Verdict.ACK if known else Verdict.REQUEUE

    async def _claim(self, wakeup: Wakeup) -> Task | Verdict:
        """A task, now this worker's, or what becomes of a message that starts nothing. It starts
        the one whose turn it is: as many messages wait as tasks, and which is which nobody minds.
        Its own it leaves behind only when it started another."""
        for _ in range(TURNS):
            task = await self._turns.next(wakeup)
            if task is None or task.task_id == wakeup.task_id:
                return await self._claim_own(wakeup, task)
            if self._inference.serves(task.request.model) and (started := await self._start(task)):
                return started
        return await self._claim_own(wakeup, await self._ledger.store.get(wakeup.task_id))

    async def _claim_own(self, wakeup: Wakeup, known: Task | None) -> Task | Verdict:
        task = known or await self._rebuild(wakeup)
        if task is None:
            self._telemetry.record(UnknownWakeup(wakeup.task_id, wakeup.request_id, wakeup.tenant))
            return Verdict.ACK
        if not self._inference.serves(task.request.model):
            return Verdict.REQUEUE
        return await self._start(task) or Verdict.ACK

    async def _start(self, task: Task) -> Task | None:
        """The task, started; None when it can't be, or somebody else was first."""
        claimed = await self._ledger.change(task.task_id, self._claimed, task)
        return claimed if claimed is not None and claimed.status is STARTED else None

    def _claimed(self, task: Task) -> Moved | None:
        now = self._now()
        if overdue(task, now):
            return expire(task, now, self._policy)
        return claim(task, now, self._worker, self._policy) if claimable(task, now) else None

    async def _attempt(self, task: Task) -> bool:
        """Whether the ledger still knew the task in the end."""
        control = AttemptControl()
        try:
            async with self._hold(task, control):
                finished = await self._run(task, control)
        except asyncio.CancelledError:
            control.stop = Stop.DRAIN
            await asyncio.shield(self._settle(task, self._handed_back(task)))
            raise
        except Stopped as stopped:
            return await self._settle(task, self._stopped(task, stopped.reason))
        except Exception as error:
            return await self._settle(task, self._failed(task, self._known(task, error)))
        if not self._inference.serves(task.request.model):
            # The device failed meanwhile: what it made just before may be wrong as well.
            return await self._settle(task, self._handed_back(task))
        return await self._settle(task, self._succeeded(task, finished))

    async def _settle(self, task: Task, decide: Decide) -> bool:
        """`task` as it was claimed: unless its lease was renewed since, it still stands so. False
        when the ledger has lost it."""
        try:
            return await self._ledger.change(task.task_id, decide, task) is not None
        except StaleAttempt:
            self._telemetry.record(
                StaleWriteRefused(
                    task.task_id, task.attempt, task.request.model, task.request_id, task.tenant
                )
            )
            return True

    def _known(self, task: Task, error: Exception) -> DarkroomError:
        """The error as the catalogue knows it; the unforeseen is told to telemetry alone."""
        if isinstance(error, DarkroomError):
            return error
        text = "".join(traceback.format_exception(error))
        self._telemetry.record(
            AttemptFailed(
                task.task_id, task.attempt, task.request.model, text, task.request_id, task.tenant
            )
        )
        return InternalError()

    def _succeeded(self, task: Task, finished: Finished) -> Decide:
        return lambda now_it_is: succeed(
            now_it_is, task.attempt, self._now(), finished.result, finished.timing, self._policy,
            device=finished.device, warnings=finished.warnings,
        )  # fmt: skip

    def _failed(self, task: Task, error: DarkroomError) -> Decide:
        draw = self._draw()
        return lambda now_it_is: fail(
            now_it_is, task.attempt, self._now(), error, self._policy, draw
        )

    def _handed_back(self, task: Task) -> Decide:
        return lambda now_it_is: hand_back(now_it_is, task.attempt, self._now())

    def _stopped(self, task: Task, reason: Stop) -> Decide:
        """A cancel is honoured by `fail` itself, a lost lease is refused by the fence."""
        if reason is Stop.DRAIN:
            return self._handed_back(task)
        return self._failed(task, DeadlineExceeded(retryable=False))
