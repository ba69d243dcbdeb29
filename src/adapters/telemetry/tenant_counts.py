"""What each tenant asks for and gets. Tenants are named by the operator, never by a caller; past
the first `MAX_TENANTS` any other is "other"."""

from collections.abc import Iterable
from functools import cache

from prometheus_client import CollectorRegistry, Counter

from adapters.telemetry.closed_labels import first_seen
from domain.model.events import RequestServed
from domain.model.task import Task

READING = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_TENANTS = 20
"""Each is a dozen series."""


class TenantCounts:
    def __init__(self, registry: CollectorRegistry, tenants: Iterable[str]) -> None:
        def counters(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"darkroom_tenant_{name}_total", text, labels, registry=registry)

        self._tenant = first_seen(MAX_TENANTS)
        self._writes = cache(counters("writes", "Writing calls.", "tenant", "answer").labels)
        self._tasks = cache(counters("tasks", "Tasks that ended.", "tenant", "outcome").labels)
        self._device_s = cache(
            counters("device_seconds", "Time of the device given to tasks.", "tenant").labels
        )
        for tenant in map(self._tenant, tenants):
            # Zero from the start: a rate over a series that just began misses its first step.
            self._writes(tenant, "accepted")
            self._tasks(tenant, "success")

    def served(self, event: RequestServed) -> None:
        if event.tenant is not None and event.method not in READING:
            self._writes(self._tenant(event.tenant), _answer(event.status)).inc()

    def ended(self, task: Task) -> None:
        tenant = self._tenant(task.tenant)
        self._tasks(tenant, task.status.lower()).inc()
        if task.timing.infer_ms:
            self._device_s(tenant).inc(task.timing.infer_ms / 1000)


def _answer(status: int) -> str:
    if status == 429:
        return "limited"
    return "accepted" if status < 400 else "refused" if status < 500 else "failed"
