"""How the whole service stands, as gauges. What is not known has no series."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Gauge

from domain.model.stock import Stock
from domain.model.worker import WorkerState

GAUGES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("queue_depth", "Wake-ups waiting.", ("priority",)),
    ("queue_oldest_wait_seconds", "How long the oldest waiting task has waited.", ("priority",)),
    ("workers", "Worker processes that give a sign of life.", ("state",)),
    ("worker_slots", "Places for tasks in ready workers.", ("state",)),
    ("part_up", "1 while an adapter's server is usable.", ("part",)),
    ("webhook_oldest_seconds", "Age of the oldest webhook that waits; or 0.", ("outcome",)),
    ("disk_free_bytes", "Room on the disk under a folder of ours.", ("folder",)),
    ("disk_total_bytes", "Size of the disk under a folder of ours.", ("folder",)),
)


class StockGauges:
    """Told in one process only: a sum over targets would count everything once a process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._gauges = {
            name: Gauge(f"darkroom_{name}", text, labels, registry=registry)
            for name, text, labels in GAUGES
        }

    def show(self, stock: Stock) -> None:
        tiers = stock.tiers or {}
        self._set("queue_depth", {tier.value: one.depth for tier, one in tiers.items()})
        waits_s = {tier.value: one.oldest_wait_s for tier, one in tiers.items()}
        self._set("queue_oldest_wait_seconds", waits_s)
        self._set("workers", _workers(stock))
        self._set("worker_slots", _slots(stock))
        self._set("part_up", stock.parts)
        undelivered_s = stock.undelivered_s
        self._set(
            "webhook_oldest_seconds", {} if undelivered_s is None else {"pending": undelivered_s}
        )
        disk = stock.disk
        self._set("disk_free_bytes", {"data": disk.free_bytes} if disk else {})
        self._set("disk_total_bytes", {"data": disk.total_bytes} if disk else {})

    def _set(self, name: str, values: Mapping[str, float]) -> None:
        gauge = self._gauges[name]
        gauge.clear()
        for label, value in values.items():
            gauge.labels(label).set(value)


def _workers(stock: Stock) -> Mapping[str, float]:
    if stock.workers is None:
        return {}
    return {state.value: len(stock.workers_in(state)) for state in WorkerState}


def _slots(stock: Stock) -> Mapping[str, float]:
    if stock.workers is None:
        return {}
    ready = stock.workers_in(WorkerState.READY)
    busy = sum(worker.in_flight for worker in ready)
    return {"busy": busy, "free": max(0, sum(worker.slots for worker in ready) - busy)}
