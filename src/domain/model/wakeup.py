"""The message a queue carries. It is only a wake-up: lost, late, doubled or reordered, it
changes nothing that the ledger says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from domain.model.priority import Priority
from domain.model.request import TaskRequest
from domain.model.task import Task

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wakeup:
    """Which task waits in which tier, and its whole request, so that a row can be rebuilt after
    the ledger was flushed. `trace`: W3C trace context headers of the submit."""

    task_id: str
    tenant: str
    priority: Priority
    request: TaskRequest
    created_at: float
    request_id: str | None = None
    retry_of: str | None = None
    batch_id: str | None = None
    custom_id: str | None = None
    trace: Mapping[str, str] = field(default_factory=dict)
    v: int = VERSION


def wakeup_for(task: Task) -> Wakeup:
    return Wakeup(
        task_id=task.task_id, tenant=task.tenant, priority=task.request.priority,
        request=task.request, created_at=task.created_at, request_id=task.request_id,
        retry_of=task.retry_of, batch_id=task.batch_id, custom_id=task.custom_id, trace=task.trace,
    )  # fmt: skip


class Verdict(StrEnum):
    """What becomes of a message once it was handled."""

    ACK = "ack"
    """Done with: the ledger knows the rest."""
    REQUEUE = "requeue"
    """Not for this worker: offer it again a few seconds later."""
    PARK = "park"
    """Unreadable: set aside for a person, never dropped."""
