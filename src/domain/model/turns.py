"""Whose turn it is among the tenants that wait in one tier."""

from collections.abc import Iterable, Mapping

from domain.model.priority import Priority
from domain.model.task import PENDING, RETRY, Task


def tier_of(task: Task) -> Priority | None:
    """The tier in whose line it stands; None: it can't be started, or not yet. What waits for
    another try stands in line again once its wake-up was published."""
    stands = task.status is PENDING or (task.status is RETRY and task.published_at is not None)
    return task.request.priority if stands else None


def next_tenant(waiting: Iterable[str], served: Mapping[str, int]) -> str:
    """Of the tenants that wait the one that was served longest ago; `served`: the number of the
    last turn of each that had one."""
    return min(waiting, key=lambda tenant: (served.get(tenant, 0), tenant))
