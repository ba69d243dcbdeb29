"""When a task needs attention, by kind: what the ledger indexes and `recover` asks for.

A store keeps exactly these times and nothing cleverer, so that the rules stand here once.
"""

from enum import StrEnum

from domain.model.task import STARTED, WAITING, Task

PUBLISH_GRACE_S = 5.0


class Due(StrEnum):
    UNPUBLISHED = "unpublished"
    """Waiting, and no wake-up was confirmed for it: publish one."""
    STRANDED = "stranded"
    """Waiting, published a while ago: publish again if its queue is empty."""
    LEASE_OVER = "lease_over"
    """Running under a lease that nobody renewed."""
    START_OVERDUE = "start_overdue"
    """Waiting past its `start_by`."""
    PURGEABLE = "purgeable"
    """Finished, and its retention is over."""


def due_times(task: Task) -> dict[Due, float]:
    """The unix seconds from which each kind applies; kinds that do not apply are absent."""
    times: dict[Due, float | None] = {Due.PURGEABLE: task.purge_at}
    if task.status is STARTED:
        times[Due.LEASE_OVER] = task.lease_until
    if task.status in WAITING:
        times[Due.START_OVERDUE] = task.start_by
        if task.published_at is None:
            times[Due.UNPUBLISHED] = _publish_at(task)
        else:
            times[Due.STRANDED] = task.published_at + PUBLISH_GRACE_S
    return {kind: at for kind, at in times.items() if at is not None}


def _publish_at(task: Task) -> float:
    """A fresh row's submitter publishes it itself; whatever waits again is recover's."""
    if task.attempt == 0:
        return task.created_at + PUBLISH_GRACE_S
    return task.not_before or 0.0
