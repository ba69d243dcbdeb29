"""Accepting a task: understand it, write it down once, wake a worker."""

from dataclasses import dataclass, replace

from domain.model.errors import IdempotencyMismatch, TaskGone
from domain.model.idempotency import (
    IdempotencyKey,
    KeyKind,
    client_key,
    fingerprint,
    signature_key,
)
from domain.model.inputs import Inputs
from domain.model.life_cycle import new_task
from domain.model.model_spec import ModelSpec
from domain.model.task import Task
from domain.use_cases.daily_tasks import key_id_of
from domain.use_cases.find_room import FindRoom
from domain.use_cases.keep_inputs import KeepInputs, sources
from domain.use_cases.read_submission import ReadSubmission, Submission
from domain.use_cases.span_facts import facts_of
from domain.use_cases.wake_worker import WakeWorker
from ports.clock import NewId, Now
from ports.task_store import TaskStore
from ports.tracing import Tracing


@dataclass(frozen=True, slots=True)
class Submitted:
    """The accepted task; `replayed`: it had been accepted before."""

    task: Task
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitLimits:
    idempotency_ttl_s: float = 86_400.0
    signature_window_s: float = 600.0


class SubmitTask:
    def __init__(
        self,
        read: ReadSubmission,
        room: FindRoom,
        keep: KeepInputs,
        store: TaskStore,
        wake: WakeWorker,
        now: Now,
        new_id: NewId,
        limits: SubmitLimits,
        tracing: Tracing,
    ) -> None:
        self._read, self._room, self._keep = read, room, keep
        self._store, self._wake = store, wake
        self._now, self._new_id, self._limits = now, new_id, limits
        self._tracing = tracing

    async def __call__(self, submission: Submission) -> Submitted:
        """The task, durable before this returns. Raises what `ReadSubmission` raises, and
        `IdempotencyMismatch`, `TaskGone`, `Overloaded` or `StorageUnavailable`."""
        with self._tracing.span("submit", kind="producer") as span:
            submitted = await self._submitted(submission)
            span.tell(facts=facts_of(submitted.task))
            return submitted

    async def _submitted(self, submission: Submission) -> Submitted:
        reading = await self._read(submission)
        await self._room(submission.tenant, [reading.request], submission.caller)
        task_id = self._new_id()
        pictures = sources(submission.tenant, task_id, reading.inputs)
        request = replace(reading.request, pictures=pictures)
        task = new_task(
            task_id, submission.tenant, request, self._now(),
            fingerprint=fingerprint(request), request_id=submission.request_id,
            trace=self._tracing.context(), key_id=key_id_of(submission.caller),
        )  # fmt: skip
        return await self._accept(task, reading.inputs, self._key(task, reading.spec))

    def _key(self, task: Task, spec: ModelSpec) -> IdempotencyKey | None:
        request, limits = task.request, self._limits
        if request.client_request_id is not None:
            return client_key(task.tenant, request.client_request_id, limits.idempotency_ttl_s)
        if spec.deterministic(request.params):
            return signature_key(task.tenant, task.fingerprint, limits.signature_window_s)
        return None

    async def _accept(self, task: Task, inputs: Inputs, key: IdempotencyKey | None) -> Submitted:
        await self._keep(task, inputs)
        kept = await self._store.insert_once(task, key)
        if kept.task_id == task.task_id:
            await self._wake(kept)
            return Submitted(kept, replayed=False)
        await self._keep.drop(task, inputs)
        return Submitted(_same(kept, task, key), replayed=True)


def _same(kept: Task, asked: Task, key: IdempotencyKey | None) -> Task:
    if kept.fingerprint != asked.fingerprint and key and key.kind is KeyKind.CLIENT:
        raise IdempotencyMismatch(
            f"client_request_id {key.value!r} belongs to task {kept.task_id} with other content."
        )
    if kept.erased_at is not None:
        raise TaskGone(f"Task {kept.task_id} was accepted under this id and has been deleted.")
    return kept
