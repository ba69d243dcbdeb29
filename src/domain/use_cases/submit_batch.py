"""Accepting many tasks as one: understand all of them, write them down together, wake workers."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.model.batch import Batch, BatchCounts, batch_fingerprint
from domain.model.errors import (
    BatchGone,
    CallerFault,
    ContentFiltered,
    FieldError,
    IdempotencyMismatch,
    InvalidRequest,
)
from domain.model.idempotency import fingerprint
from domain.model.inputs import Inputs
from domain.model.life_cycle import new_task
from domain.model.principal import Principal
from domain.model.task import Task
from domain.use_cases.daily_tasks import key_id_of
from domain.use_cases.find_room import FindRoom
from domain.use_cases.keep_inputs import KeepInputs, sources
from domain.use_cases.read_submission import Reading, ReadSubmission, Submission
from domain.use_cases.side_by_side import side_by_side
from domain.use_cases.wake_workers import WakeWorkers
from ports.batch_store import BatchStore
from ports.clock import NewId, Now
from ports.tracing import Tracing

FILES_AT_ONCE = 8
FAULTS_AN_ITEM = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchItem:
    """`asked`: the submission, or what is wrong with its very shape. Its own client_request_id
    counts for nothing: the batch's does."""

    asked: Submission | InvalidRequest
    custom_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSubmission:
    """`pointer`: where the items stand in the request."""

    tenant: str
    items: Sequence[BatchItem]
    client_request_id: str | None = None
    callback_url: str | None = None
    request_id: str | None = None
    pointer: str = "/items"
    caller: Principal | None = None


@dataclass(frozen=True, slots=True)
class SubmittedBatch:
    """The accepted batch; `replayed`: it had been accepted before."""

    batch: Batch
    replayed: bool


class SubmitBatch:
    def __init__(
        self,
        read: ReadSubmission,
        room: FindRoom,
        keep: KeepInputs,
        batches: BatchStore,
        wake: WakeWorkers,
        now: Now,
        new_id: NewId,
        tracing: Tracing,
    ) -> None:
        self._read, self._room, self._keep = read, room, keep
        self._batches, self._wake = batches, wake
        self._now, self._new_id, self._tracing = now, new_id, tracing

    async def __call__(self, submission: BatchSubmission) -> SubmittedBatch:
        """The batch with all of its tasks, durable before this returns. Raises `InvalidRequest`
        that names every bad item, `IdempotencyMismatch`, `BatchGone`, `Overloaded` or
        `StorageUnavailable`; then nothing of it was accepted."""
        with self._tracing.span("submit_batch", kind="producer"):
            return await self._submitted(submission)

    async def _submitted(self, submission: BatchSubmission) -> SubmittedBatch:
        self._read.judge_callback(submission.callback_url)
        readings = await asyncio.to_thread(self._readings, submission)
        await self._judge(submission, readings)
        await self._room(
            submission.tenant, [reading.request for reading in readings], submission.caller
        )
        batch_id, now = self._new_id(), self._now()
        custom_ids = [item.custom_id for item in submission.items]
        tasks = [
            self._task(submission, reading, now, batch_id=batch_id, custom_id=custom_id)
            for reading, custom_id in zip(readings, custom_ids, strict=True)
        ]
        batch = Batch(
            batch_id=batch_id, tenant=submission.tenant, created_at=now,
            fingerprint=batch_fingerprint(tasks, submission.callback_url),
            counts=BatchCounts(pending=len(tasks)),
            client_request_id=submission.client_request_id,
            callback_url=submission.callback_url, request_id=submission.request_id,
        )  # fmt: skip
        return await self._accept(batch, tasks, [reading.inputs for reading in readings])

    def _readings(self, submission: BatchSubmission) -> Sequence[Reading]:
        """Every item read, or every fault of all of them at once."""
        readings: list[Reading] = []
        faults = _twins(submission)
        for at, item in enumerate(submission.items):
            try:
                readings.append(self._reading(item))
            except CallerFault as error:
                faults += _faults(f"{submission.pointer}/{at}", error)
        if faults:
            raise _refusal(faults, submission)
        return readings

    async def _judge(self, submission: BatchSubmission, readings: Sequence[Reading]) -> None:
        faults: list[FieldError] = []
        for at, reading in enumerate(readings):
            try:
                await self._read.judge(reading.request)
            except ContentFiltered as error:
                faults += _faults(f"{submission.pointer}/{at}", error)
        if faults:
            raise _refusal(faults, submission)

    def _reading(self, item: BatchItem) -> Reading:
        if isinstance(item.asked, InvalidRequest):
            raise item.asked
        return self._read.read(item.asked)

    def _task(
        self, submission: BatchSubmission, reading: Reading, now: float, **facts: str | None
    ) -> Task:
        task_id = self._new_id()
        pictures = sources(submission.tenant, task_id, reading.inputs)
        request = replace(reading.request, pictures=pictures, client_request_id=None)
        return new_task(
            task_id, submission.tenant, request, now,
            fingerprint=fingerprint(request), request_id=submission.request_id,
            trace=self._tracing.context(), key_id=key_id_of(submission.caller), **facts,
        )  # fmt: skip

    async def _accept(
        self, batch: Batch, tasks: Sequence[Task], inputs: Sequence[Inputs]
    ) -> SubmittedBatch:
        with_files = [pair for pair in zip(tasks, inputs, strict=True) if pair[1].files]
        await side_by_side(lambda pair: self._keep(*pair), with_files, FILES_AT_ONCE)
        kept = await self._batches.insert_once(batch, tasks)
        if kept.batch_id == batch.batch_id:
            await self._wake(tasks)
            return SubmittedBatch(kept, replayed=False)
        await side_by_side(lambda pair: self._keep.drop(*pair), with_files, FILES_AT_ONCE)
        return SubmittedBatch(self._same(kept, batch), replayed=True)

    def _same(self, kept: Batch, asked: Batch) -> Batch:
        if kept.fingerprint != asked.fingerprint:
            raise IdempotencyMismatch(
                f"client_request_id {asked.client_request_id!r} belongs to batch {kept.batch_id} "
                "with other content."
            )
        if kept.gone(self._now()):
            raise BatchGone(f"Batch {kept.batch_id} was accepted under this id and is over.")
        return kept


def _refusal(faults: Sequence[FieldError], submission: BatchSubmission) -> InvalidRequest:
    depth = submission.pointer.count("/") + 1
    bad = {fault.pointer.split("/")[depth] for fault in faults}
    total = len(submission.items)
    return InvalidRequest(
        f"{len(bad)} of {total} items are not valid, so none was accepted.", errors=faults
    )


def _twins(submission: BatchSubmission) -> list[FieldError]:
    """The items whose custom_id another one before them has."""
    first: dict[str, int] = {}
    faults = []
    for at, item in enumerate(submission.items):
        if item.custom_id is not None and first.setdefault(item.custom_id, at) != at:
            detail = f"Item {first[item.custom_id]} has the same custom_id."
            pointer = f"{submission.pointer}/{at}/custom_id"
            faults.append(FieldError(pointer, "duplicate", detail))
    return faults


def _faults(pointer: str, error: CallerFault | ContentFiltered) -> list[FieldError]:
    """What is wrong with the item at `pointer`; of very much, the first."""
    wrong = error.errors[:FAULTS_AN_ITEM] or (FieldError("", error.code, error.detail),)
    return [FieldError(pointer + each.pointer, each.code, each.detail) for each in wrong]
