"""Many tasks submitted as one, and how far they are."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from enum import StrEnum

from domain.model.life_cycle import TOMBSTONE_S
from domain.model.task import CANCELED, SUCCESS, TERMINAL, Task, TaskStatus

MOST_ITEMS = 1_000


class Outcome(StrEnum):
    """What a batch counts its tasks by."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


def outcome_of(status: TaskStatus) -> Outcome:
    """A task that expired brought nothing: it counts as failed."""
    if status not in TERMINAL:
        return Outcome.PENDING
    return {SUCCESS: Outcome.SUCCEEDED, CANCELED: Outcome.CANCELED}.get(status, Outcome.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchCounts:
    """Named as the outcomes are."""

    pending: int = 0
    succeeded: int = 0
    failed: int = 0
    canceled: int = 0

    @property
    def total(self) -> int:
        return sum(getattr(self, field.name) for field in fields(self))

    @property
    def progress(self) -> int:
        """Whole percents of the tasks that have ended; 100 only when all have."""
        return 100 * (self.total - self.pending) // self.total

    def moved(self, before: TaskStatus, after: TaskStatus) -> "BatchCounts":
        """After one of the tasks went from `before` to `after`."""
        left, entered = outcome_of(before).value, outcome_of(after).value
        if left == entered:
            return self
        changed = {left: getattr(self, left) - 1, entered: getattr(self, entered) + 1}
        return replace(self, **changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """`finished_at`: when it was noted that every task has ended. From `purge_at` on only its id
    is known, from `forget_at` on nothing."""

    batch_id: str
    tenant: str
    fingerprint: str
    created_at: float
    counts: BatchCounts
    client_request_id: str | None = None
    callback_url: str | None = None
    request_id: str | None = None
    finished_at: float | None = None
    purge_at: float | None = None
    forget_at: float | None = None

    @property
    def ended(self) -> bool:
        return self.counts.pending == 0

    def gone(self, now: float) -> bool:
        return self.purge_at is not None and self.purge_at <= now


def finished(batch: Batch, now: float, *, keep_s: float, known_s: float) -> Batch:
    """`batch`, noted as finished. It is shown for `keep_s`; its id, and the client's, are known as
    long as its tasks' tombstones, and for `known_s` from its submit."""
    purge_at = now + keep_s
    forget_at = max(purge_at + TOMBSTONE_S, batch.created_at + known_s)
    return replace(batch, finished_at=now, purge_at=purge_at, forget_at=forget_at)


def batch_fingerprint(tasks: Iterable[Task], callback_url: str | None) -> str:
    """SHA-256 over everything the client sent except its id for the batch."""
    parts = [f"{task.fingerprint} {task.custom_id or ''}" for task in tasks]
    text = "\n".join([callback_url or "", *parts])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
