"""Accepting a task: understand it, write it down once, wake a worker."""

from dataclasses import dataclass, replace
from hashlib import sha256

from domain.model.blob_keys import input_key, input_prefix
from domain.model.errors import IdempotencyMismatch, Overloaded, TaskGone
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
from domain.model.picture import format_of
from domain.model.request import Source
from domain.model.task import Task
from domain.use_cases.read_submission import ReadSubmission, Submission
from domain.use_cases.span_facts import facts_of
from domain.use_cases.wake_worker import WakeWorker
from ports.blob_store import BlobStore
from ports.clock import NewId, Now
from ports.task_store import TaskStore
from ports.tracing import Tracing
from ports.wakeup_queue import WakeupQueue


@dataclass(frozen=True, slots=True)
class Submitted:
    """The accepted task; `replayed`: it had been accepted before."""

    task: Task
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitLimits:
    max_queue_depth: int = 10_000
    idempotency_ttl_s: float = 86_400.0
    signature_window_s: float = 600.0


class SubmitTask:
    def __init__(
        self,
        read: ReadSubmission,
        store: TaskStore,
        blobs: BlobStore,
        queue: WakeupQueue,
        wake: WakeWorker,
        now: Now,
        new_id: NewId,
        limits: SubmitLimits,
        tracing: Tracing,
    ) -> None:
        self._read, self._store, self._blobs = read, store, blobs
        self._queue, self._wake = queue, wake
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
        await self._refuse_when_full()
        task_id = self._new_id()
        sources = _sources(submission.tenant, task_id, reading.inputs)
        request = replace(reading.request, pictures=sources)
        task = new_task(
            task_id, submission.tenant, request, self._now(),
            fingerprint=fingerprint(request), request_id=submission.request_id,
            trace=self._tracing.context(),
        )  # fmt: skip
        return await self._accept(task, reading.inputs, self._key(task, reading.spec))

    async def _refuse_when_full(self) -> None:
        depth = sum((await self._queue.depth()).values())
        if depth >= self._limits.max_queue_depth:
            raise Overloaded(f"{depth} tasks are waiting already.", retry_after_s=5)

    def _key(self, task: Task, spec: ModelSpec) -> IdempotencyKey | None:
        request, limits = task.request, self._limits
        if request.client_request_id is not None:
            return client_key(task.tenant, request.client_request_id, limits.idempotency_ttl_s)
        if spec.deterministic(request.params):
            return signature_key(task.tenant, task.fingerprint, limits.signature_window_s)
        return None

    async def _accept(self, task: Task, inputs: Inputs, key: IdempotencyKey | None) -> Submitted:
        for role, data in inputs.files.items():
            key_of_file = input_key(task.tenant, task.task_id, role, format_of(data))
            await self._blobs.put(key_of_file, data, f"image/{format_of(data)}")
        kept = await self._store.insert_once(task, key)
        if kept.task_id == task.task_id:
            await self._wake(kept)
            return Submitted(kept, replayed=False)
        if inputs.files:
            await self._blobs.delete(input_prefix(task.tenant, task.task_id))
        return Submitted(_same(kept, task, key), replayed=True)


def _sources(tenant: str, task_id: str, inputs: Inputs) -> dict[str, Source]:
    return {role: Source(url=url) for role, url in inputs.urls.items()} | {
        role: Source(
            blob=input_key(tenant, task_id, role, format_of(data)),
            sha256=sha256(data).hexdigest(),
        )
        for role, data in inputs.files.items()
    }


def _same(kept: Task, asked: Task, key: IdempotencyKey | None) -> Task:
    if kept.fingerprint != asked.fingerprint and key and key.kind is KeyKind.CLIENT:
        raise IdempotencyMismatch(
            f"client_request_id {key.value!r} belongs to task {kept.task_id} with other content."
        )
    if kept.erased_at is not None:
        raise TaskGone(f"Task {kept.task_id} was accepted under this id and has been deleted.")
    return kept
