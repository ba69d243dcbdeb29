"""When a task needs attention, by kind: what the ledger indexes and `recover` asks for.

A store keeps exactly these times and nothing cleverer, so that the rules stand here once.
"""

from collections.abc import Sequence
from enum import StrEnum

from domain.model.priority import Priority
from domain.model.task import STARTED, WAITING, Task

PUBLISH_GRACE_S = 5.0


class Due(StrEnum):
    UNPUBLISHED = "unpublished"
    """Waiting, and no wake-up was confirmed for it: publish one."""
    STRANDED_HIGH = "stranded_high"
    STRANDED_NORMAL = "stranded_normal"
    STRANDED_LOW = "stranded_low"
    """Waiting, published a while ago: publish again if the queue of its tier is empty."""
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
            times[stranded(task.request.priority)] = task.published_at + PUBLISH_GRACE_S
    return {kind: at for kind, at in times.items() if at is not None}


def stranded(tier: Priority) -> Due:
    """One kind a tier: nobody has to read a backlog to find the few that an empty tier has lost."""
    return Due(f"stranded_{tier}")


def waiting_since(task: Task) -> float:
    """From when a waiting task could have been started: a postponed one not before its time."""
    return max(task.created_at, task.not_before or 0.0)


def queued_before(tier: Priority) -> Sequence[Due]:
    """Where those stand whose wake-ups lie in the queue: the tier's own first, then the more urgent
    ones. Each is in the order of the last publish."""
    tiers = list(Priority)
    return [stranded(each) for each in reversed(tiers[: tiers.index(tier) + 1])]


def _publish_at(task: Task) -> float:
    """A fresh row's submitter publishes it itself; whatever waits again is recover's."""
    if task.attempt == 0:
        return task.created_at + PUBLISH_GRACE_S
    return task.not_before or 0.0
