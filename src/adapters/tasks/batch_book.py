"""The batches of one process, and which of them come up."""

from collections.abc import Sequence
from dataclasses import replace

from adapters.tasks.agenda import Agenda
from domain.model.batch import Batch
from domain.model.task import Task

ENDED, FORGET = "ended", "forget"


class BatchBook:
    """The ledger in memory counts in it, its batch store reads and writes it."""

    def __init__(self) -> None:
        self._batches: dict[str, Batch] = {}
        self._keys: dict[tuple[str, str | None], str] = {}
        self._agenda = Agenda()

    def write(self, batch: Batch, now: float) -> None:
        times = {FORGET: batch.forget_at, ENDED: now if _to_finish(batch) else None}
        self._batches[batch.batch_id] = batch
        self._agenda.write(batch.batch_id, {k: at for k, at in times.items() if at is not None})
        if batch.client_request_id is not None:
            self._keys[batch.tenant, batch.client_request_id] = batch.batch_id

    def count(self, before: Task, after: Task, now: float) -> None:
        """A task went from `before` to `after`."""
        batch = self._batches.get(after.batch_id or "")
        if batch is None or before.status is after.status:
            return
        counted = replace(batch, counts=batch.counts.moved(before.status, after.status))
        if counted.counts != batch.counts:
            self.write(counted, now)

    def get(self, batch_id: str, now: float) -> Batch | None:
        self._forget(now)
        return self._batches.get(batch_id)

    def answering(self, batch: Batch, now: float) -> Batch | None:
        """The one that has the id of `batch`, or its tenant's name for it."""
        self._forget(now)
        named = self._keys.get((batch.tenant, batch.client_request_id), "")
        return self._batches.get(batch.batch_id) or self._batches.get(named)

    def ended(self, now: float) -> Sequence[Batch]:
        self._forget(now)
        return [self._batches[batch_id] for batch_id in self._agenda.until(ENDED, now)]

    def _forget(self, now: float) -> None:
        for batch_id in self._agenda.until(FORGET, now):
            batch = self._batches.pop(batch_id)
            self._keys.pop((batch.tenant, batch.client_request_id), None)
            self._agenda.drop(batch_id)


def _to_finish(batch: Batch) -> bool:
    return batch.ended and batch.finished_at is None
