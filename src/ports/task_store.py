"""The ledger: the only truth about a task."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from domain.model.due import Due
from domain.model.idempotency import IdempotencyKey
from domain.model.task import Task, TaskStatus
from domain.model.webhook import Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskQuery:
    """Own tasks, newest first. `before`: the last task id of the page before; `created_after`:
    unix seconds, exclusive. `client_request_id`: at most one task has it. None = any."""

    tenant: str
    limit: int = 20
    before: str | None = None
    status: TaskStatus | None = None
    model: str | None = None
    batch_id: str | None = None
    created_after: float | None = None
    client_request_id: str | None = None

    def fits(self, task: Task) -> bool:
        """Whether a task of the tenant is one of those asked for, on whatever page."""
        return (
            task.erased_at is None
            and self.status in (None, task.status)
            and self.model in (None, task.request.model)
            and self.batch_id in (None, task.batch_id)
            and self.client_request_id in (None, task.request.client_request_id)
            and (self.created_after is None or task.created_at > self.created_after)
        )


class TaskStore(ABC):
    """Rows survive what the adapter promises to survive; a row past its `forget_at` is absent
    everywhere. Every method raises `StorageUnavailable` when the ledger is out of reach."""

    __slots__ = ()

    @abstractmethod
    async def insert_once(self, task: Task, key: IdempotencyKey | None) -> Task:
        """Insert `task` under `key`, atomically, and answer it; or answer the task that already
        answers for that key (`key.answered_by`), or has this very id, and insert nothing."""

    @abstractmethod
    async def get(self, task_id: str) -> Task | None:
        """The task, or None."""

    @abstractmethod
    async def replace(
        self, task: Task, expected_revision: int, outbox: Sequence[Delivery] = ()
    ) -> bool:
        """Compare-and-set: store `task` with its indexes and `outbox` rows in one step if the
        row is still at `expected_revision`. False: it is not (or is gone), and nothing changed."""

    @abstractmethod
    async def list(self, query: TaskQuery) -> Sequence[Task]:
        """At most `query.limit` tasks of a tenant by falling task id; erased ones are left out."""

    @abstractmethod
    async def due(self, kind: Due, limit: int) -> Sequence[Task]:
        """At most `limit` tasks whose `due_times` say `kind` now, the longest due first."""
